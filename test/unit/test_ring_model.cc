/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ring's code on every machine that C11 allows: plx_ring_move.h and plx_ring_peek.h are
 * compiled with model_atomics.h in the place of the compiler's atomics, and all runs of a few
 * threads are tried.
 */
#include <gtest/gtest.h>

#include <plx_cycles.h>

#include "model_atomics.h"

#include <plx_ring.h>

#undef __atomic_load_n
#undef __atomic_store_n
#undef __atomic_compare_exchange_n
#undef __builtin_memcpy
#undef plx_pause

namespace {

using model::Model;

/*
 * What one thread does: 'e' enqueue, 'd' dequeue, 'p' look and take, 'n' look and leave; how many.
 */
struct Op {
	char what;
	unsigned int n;
};

struct Scenario {
	const char *name;
	unsigned int flags;
	unsigned int capacity;
	unsigned int filled;		/* elements 1, 2, ... that are there at first */
	std::vector<std::vector<Op>> threads;
};

/* A ring of 32-bit elements and what the threads got from it. */
class World {
public:
	explicit World(const Scenario &s) : scenario(s)
	{
		alignas(64) static char memory[sizeof(plx_ring) + 16 * 4];

		r = reinterpret_cast<plx_ring *>(memory);
		if (plx_ring_init(r, "model", s.capacity, RING_F_EXACT_SZ | s.flags) < 0)
			abort();
		/* Just before the wrap at 2^32, where mistakes show. */
		r->prod.head = r->prod.tail = uint32_t(0) - 2 + s.filled;
		r->cons.head = r->cons.tail = uint32_t(0) - 2;
		r->prod.htd_max = r->cons.htd_max = 1;
		uint32_t *slot = reinterpret_cast<uint32_t *>(r + 1);
		for (unsigned int i = 0; i < s.filled; i++)
			slot[(0u - 2 + i) & r->mask] = i + 1;
		for (uint64_t *index : { &r->prod.head, &r->prod.tail, &r->cons.head, &r->cons.tail })
			Model::instance().add(index);
		got.resize(s.threads.size());
		put.resize(s.threads.size());
	}

	void run(unsigned int id)
	{
		for (const Op &op : scenario.threads[id]) {
			uint32_t objs[4];
			unsigned int n = 0;

			switch (op.what) {
			case 'e':
				for (unsigned int i = 0; i < op.n; i++)
					objs[i] = (id + 1) * 100 + unsigned(put[id]) + i;
				n = plx_ring_enqueue_burst_elem(r, objs, 4, op.n, nullptr);
				put[id] += n;
				break;
			case 'd':
				n = plx_ring_dequeue_burst_elem(r, objs, 4, op.n, nullptr);
				got[id].insert(got[id].end(), objs, objs + n);
				break;
			case 'p':
			case 'n':
				n = plx_ring_dequeue_burst_elem_start(r, objs, 4, op.n, nullptr);
				if (n == 0)
					break;
				n = op.what == 'p' ? 1 : 0;
				plx_ring_dequeue_elem_finish(r, n);
				got[id].insert(got[id].end(), objs, objs + n);
				break;
			}
		}
	}

	/* All that was put in came out once, or is still there; in order for each who put it. */
	const char *fault()
	{
		std::vector<uint32_t> all, rest;
		uint32_t head = uint32_t(r->cons.tail);
		uint32_t count = uint32_t(r->prod.tail) - head;

		if (uint32_t(r->prod.head) != uint32_t(r->prod.tail) || uint32_t(r->cons.head) != head)
			return "head and tail differ in the end";
		if (count > r->capacity)
			return "more in the ring than fits";
		for (uint32_t i = 0; i < count; i++)
			rest.push_back(reinterpret_cast<uint32_t *>(r + 1)[(head + i) & r->mask]);
		got.push_back(rest);
		for (const auto &objs : got) {
			uint32_t last[10] = {};

			for (uint32_t obj : objs) {
				if (obj / 100 > 9 || obj <= last[obj / 100])
					return "an element out of order, or none";
				last[obj / 100] = obj;
			}
			all.insert(all.end(), objs.begin(), objs.end());
		}
		got.pop_back();
		std::sort(all.begin(), all.end());
		if (std::adjacent_find(all.begin(), all.end()) != all.end())
			return "an element came twice";
		size_t in = scenario.filled;
		for (size_t n : put)
			in += n;
		return all.size() == in ? nullptr : "an element was lost";
	}

private:
	const Scenario &scenario;
	plx_ring *r;
	std::vector<std::vector<uint32_t>> got;
	std::vector<size_t> put;
};

const Scenario scenarios[] = {
	{ "SpSc", RING_F_SP_ENQ | RING_F_SC_DEQ, 2, 1,
		{ { { 'e', 1 }, { 'e', 2 }, { 'e', 1 } }, { { 'd', 2 }, { 'd', 1 }, { 'd', 2 } } } },
	{ "MpSc", RING_F_SC_DEQ, 2, 1,
		{ { { 'e', 1 }, { 'e', 1 } }, { { 'e', 1 } }, { { 'd', 1 }, { 'd', 2 } } } },
	{ "SpMc", RING_F_SP_ENQ, 2, 1,
		{ { { 'e', 1 }, { 'e', 1 } }, { { 'd', 1 }, { 'd', 1 } }, { { 'd', 1 } } } },
	{ "MpMc", 0, 1, 0, { { { 'e', 1 } }, { { 'e', 1 } }, { { 'd', 1 } }, { { 'd', 1 } } } },
	{ "RtsSc", RING_F_MP_RTS_ENQ | RING_F_SC_DEQ, 2, 1,
		{ { { 'e', 1 } }, { { 'e', 1 } }, { { 'd', 1 } } } },
	{ "SpRts", RING_F_SP_ENQ | RING_F_MC_RTS_DEQ, 2, 2,
		{ { { 'e', 1 } }, { { 'd', 1 } }, { { 'd', 1 } } } },
	{ "RtsRts", RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ, 1, 1,
		{ { { 'e', 1 } }, { { 'e', 1 } }, { { 'd', 1 } } } },
	{ "HtsSc", RING_F_MP_HTS_ENQ | RING_F_SC_DEQ, 2, 1,
		{ { { 'e', 1 }, { 'e', 1 } }, { { 'e', 1 } }, { { 'd', 1 }, { 'd', 2 } } } },
	{ "SpHts", RING_F_SP_ENQ | RING_F_MC_HTS_DEQ, 2, 1,
		{ { { 'e', 1 }, { 'e', 1 } }, { { 'd', 1 }, { 'd', 1 } }, { { 'd', 1 } } } },
	/* One looks at the slot and leaves it to the other one, before it is used again. */
	{ "SpHtsPeek", RING_F_SP_ENQ | RING_F_MC_HTS_DEQ, 1, 1,
		{ { { 'e', 1 }, { 'e', 1 } }, { { 'n', 1 } }, { { 'd', 1 }, { 'd', 1 } } } },
	{ "SpHtsTake", RING_F_SP_ENQ | RING_F_MC_HTS_DEQ, 2, 2,
		{ { { 'e', 1 } }, { { 'p', 2 } }, { { 'd', 1 } } } },
	{ "HtsHts", RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ, 1, 0,
		{ { { 'e', 1 } }, { { 'e', 1 } }, { { 'd', 1 } }, { { 'd', 1 } } } },
};

/* All runs of a scenario; the first fault, or "". */
std::string
explore(const Scenario &s)
{
	std::unique_ptr<World> world;

	return Model::instance().explore(unsigned(s.threads.size()),
		[&] { world = std::make_unique<World>(s); },
		[&](unsigned int id) { world->run(id); },
		[&] { return world->fault(); });
}

std::ostream &
operator<<(std::ostream &os, const Scenario &s)
{
	return os << s.name;
}

class RingModel : public testing::TestWithParam<Scenario> {};

TEST_P(RingModel, NoRunIsWrong)
{
	Model &model = Model::instance();

	model.weaken({});
	EXPECT_EQ(explore(GetParam()), "");
	/* A search that ends early proves nothing. */
	EXPECT_GT(model.runs(), 50u);
	RecordProperty("states", int(model.states()));
	printf("%zu runs, %zu states\n", model.runs(), model.states());
}

INSTANTIATE_TEST_SUITE_P(All, RingModel, testing::ValuesIn(scenarios),
	[](const auto &p) { return std::string(p.param.name); });

/* Each order that is stronger than relaxed is there for a reason: without it, some run is wrong. */
TEST(RingModelOrders, NoneIsStrongerThanNeeded)
{
	Model &model = Model::instance();

	model.weaken({});
	/* Any fault is one: that there is none without weakening is the test above. */
	for (const Scenario &s : scenarios)
		explore(s);
	const std::set<model::Site> sites = model.sites();
	EXPECT_GT(sites.size(), 8u);
	for (const model::Site &site : sites) {
		std::string fault;

		model.weaken(site);
		for (size_t i = 0; i < PLX_DIM(scenarios) && fault.empty(); i++)
			fault = explore(scenarios[i]);
		EXPECT_NE(fault, "") << site.text() << " can be relaxed";
		printf("%s: %s\n", site.text().c_str(), fault.c_str());
	}
	model.weaken({});
}

} // namespace
