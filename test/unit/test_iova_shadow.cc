/* SPDX-License-Identifier: BSD-3-Clause */
/* The shadow against a brute-force model. */
#include <map>
#include <random>

#include <gtest/gtest.h>

extern "C" {
#include <shadow.h>
}

namespace {

constexpr uint64_t PAGE = 4096;

class Shadow : public testing::Test {
protected:
	void TearDown() override { shadow_clear(&s); }

	bool insert(uint64_t iova, uint64_t len)
	{
		iova_extent e = {};

		e.iova = iova;
		e.len = len;
		if (shadow_reserve(&s, 1) < 0)
			return false;
		shadow_insert(&s, &e);
		return true;
	}

	/* Walk it all: same extents, in order, as the model has. */
	void expect_same(const std::map<uint64_t, uint64_t> &model)
	{
		shadow_at at;
		auto want = model.begin();

		ASSERT_EQ(s.count, model.size());
		for (iova_extent *e = shadow_seek(&s, 0, &at); e != nullptr; e = shadow_next(&s, &at), ++want) {
			ASSERT_NE(want, model.end());
			ASSERT_EQ(e->iova, want->first);
			ASSERT_EQ(e->len, want->second);
		}
		ASSERT_EQ(want, model.end());
	}

	shadow s = {};
};

/* Grows to thousands, shrinks to none, and again, so that leaves split, merge and vanish. */
TEST_F(Shadow, SameAsBruteForce)
{
	std::map<uint64_t, uint64_t> model;
	std::mt19937_64 rng(1);

	for (int step = 0; step < 60000; step++) {
		bool grow = (step / 6000) % 2 == 0 ? rng() % 4 != 0 : rng() % 4 == 0;
		uint64_t iova = rng() % 100000 * PAGE, len = (1 + rng() % 8) * PAGE;
		auto after = model.lower_bound(iova);
		bool in_before = after != model.begin() && std::prev(after)->first + std::prev(after)->second > iova;
		bool overlaps = in_before || (after != model.end() && after->first < iova + len);
		shadow_at at;
		iova_extent *e = shadow_seek(&s, iova, &at);
		auto want = in_before ? std::prev(after) : after;

		ASSERT_EQ(e == nullptr, want == model.end());
		ASSERT_TRUE(e == nullptr || e->iova == want->first);
		if (grow && !overlaps) {
			ASSERT_TRUE(insert(iova, len));
			model[iova] = len;
		} else if (!grow && want != model.end()) {
			shadow_remove(&s, want->first);
			model.erase(want);
		}
		if (step % 1000 == 0)
			expect_same(model);
	}
	expect_same(model);
	while (!model.empty()) {
		shadow_remove(&s, model.rbegin()->first);
		model.erase(std::prev(model.end()));
	}
	expect_same(model);
}

/* Many inserts after one reserve: none of them may need memory. */
TEST_F(Shadow, ReserveIsEnough)
{
	std::map<uint64_t, uint64_t> model;
	std::mt19937_64 rng(2);

	for (uint64_t i = 0; i < 2000; i++) {
		ASSERT_TRUE(insert(i * 100 * PAGE, PAGE));
		model[i * 100 * PAGE] = PAGE;
	}
	for (int round = 0; round < 20; round++) {
		ASSERT_EQ(shadow_reserve(&s, 500), 0);
		for (int i = 0; i < 500;) {
			iova_extent e = {};

			e.iova = rng() % 200000 * PAGE;
			e.len = PAGE;
			if (!model.emplace(e.iova, PAGE).second)
				continue;
			shadow_insert(&s, &e);
			i++;
		}
		expect_same(model);
	}
}

/* Extents at the very ends of the address space: no arithmetic may wrap. */
TEST_F(Shadow, EndsOfTheAddressSpace)
{
	const uint64_t high = UINT64_MAX - PAGE + 1;
	shadow_at at;

	EXPECT_EQ(shadow_seek(&s, 0, &at), nullptr);
	ASSERT_TRUE(insert(high, PAGE));
	ASSERT_TRUE(insert(0, PAGE));
	EXPECT_EQ(shadow_seek(&s, UINT64_MAX, &at)->iova, high);
	EXPECT_EQ(shadow_next(&s, &at), nullptr);
	EXPECT_EQ(shadow_seek(&s, 0, &at)->iova, 0u);
	EXPECT_EQ(shadow_seek(&s, PAGE, &at)->iova, high);
	shadow_remove(&s, high);
	EXPECT_EQ(shadow_seek(&s, PAGE, &at), nullptr);
}

TEST_F(Shadow, EmptyKeepsNothing)
{
	for (uint64_t i = 0; i < 1000; i++)
		ASSERT_TRUE(insert(i * PAGE, PAGE));
	shadow_empty(&s);
	expect_same({});
	ASSERT_TRUE(insert(5 * PAGE, PAGE));
	expect_same({ { 5 * PAGE, PAGE } });
}

} // namespace
