/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_IOVA_FAKE_H
#define TEST_IOVA_FAKE_H
/*
 * A back end that counts, remembers and fails when it is told to: what a kernel would do is known
 * exactly, so any difference shows. Space is a fixture with such a space.
 */
#include <cerrno>
#include <cstdlib>
#include <map>
#include <vector>

#include <gtest/gtest.h>

extern "C" {
#include <iova_private.h>
}

namespace {

constexpr uint64_t PAGE = 4096;

/* A kernel: mappings by address, and which call is to fail. */
struct Fake {
	plx_iova_space space;
	std::map<uint64_t, uint64_t> maps;
	std::vector<plx_iova_range> ranges;
	int calls;
	int fail_at;		/* the call that fails, counted from 1; 0: none */
	int fail_more;		/* and so many after it */
	int error;
	bool short_unmap;
	int attached;
};

Fake *
fake_of(plx_iova_space *s)
{
	return reinterpret_cast<Fake *>(s);
}

bool
fails(Fake *f)
{
	f->calls++;
	return f->fail_at != 0 && f->calls >= f->fail_at && f->calls <= f->fail_at + f->fail_more;
}

int
fake_attach(plx_iova_space *s, int, bool)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	f->attached++;
	return 0;
}

int
fake_detach(plx_iova_space *s, int)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	if (--f->attached == 0 && !s->ops->open_maps)
		f->maps.clear();	/* as type1 does */
	return 0;
}

int
fake_map(plx_iova_space *s, const iova_extent *e, plx_iova_call *)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	f->maps[e->iova] = e->len;
	return 0;
}

/* A run of granules by one call. */
int
fake_copy(plx_iova_space *s, const plx_iova_window *w, uint64_t iova, uint64_t len)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	for (uint64_t at = iova; at < iova + len; at += w->m.granule)
		f->maps[at] = w->m.granule;
	return 0;
}

int
fake_unmap(plx_iova_space *s, uint64_t iova, uint64_t len, uint64_t *unmapped)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	*unmapped = 0;
	for (auto at = f->maps.lower_bound(iova); at != f->maps.end() && at->first <= iova + (len - 1);) {
		*unmapped += at->second;
		at = f->maps.erase(at);
	}
	if (f->short_unmap)
		*unmapped -= PAGE;
	return 0;
}

int
fake_windows(plx_iova_space *s)
{
	Fake *f = fake_of(s);

	if (fails(f))
		return f->error;
	return iova_set_windows(s, f->ranges.data(), static_cast<unsigned int>(f->ranges.size()), PAGE);
}

int
fake_close(plx_iova_space *s)
{
	Fake *f = fake_of(s);

	f->maps.~map();
	f->ranges.~vector();
	iova_space_fini(s);
	return 0;
}

/* As iommufd: maps before a device is there, copies runs. As type1: neither. */
const iova_ops open_ops = { "open", true, nullptr, fake_attach, fake_detach, fake_map, fake_copy, fake_unmap,
	fake_windows, nullptr, nullptr, nullptr, fake_close };
const iova_ops late_ops = { "late", false, nullptr, fake_attach, fake_detach, fake_map, nullptr, fake_unmap,
	fake_windows, nullptr, nullptr, nullptr, fake_close };

/* Address and length of all that a space says that it maps. */
[[maybe_unused]] std::map<uint64_t, uint64_t>
tree_of(plx_iova_space *s)
{
	std::map<uint64_t, uint64_t> tree;

	plx_iova_walk(s, [](const plx_iova_mapping *m, void *arg) {
		(*static_cast<std::map<uint64_t, uint64_t> *>(arg))[m->iova] = m->len;
		return 0;
	}, &tree);
	return tree;
}

/* A space of it. With @beside they are of one domain, and have one lock. */
Fake *
open_fake(const iova_ops *ops, Fake *beside = nullptr)
{
	/* iova_space_fini() gives it to free(). */
	Fake *f = new (calloc(1, sizeof(Fake))) Fake();

	f->error = -EIO;
	f->ranges = { { 0, 0xfedfffff }, { 0xfef00000, (1ull << 39) - 1 } };
	EXPECT_EQ(iova_space_init(&f->space, ops, -1, false, beside ? beside->space.lock : nullptr), 0);
	if (beside != nullptr) {
		/* It need only be the same. */
		beside->space.domain = reinterpret_cast<iommufd_domain *>(beside);
		f->space.domain = beside->space.domain;
	}
	return f;
}

/* The parameter is the back end's ops: one that maps at once, one that needs a device. */
class Space : public testing::TestWithParam<const iova_ops *> {
protected:
	void SetUp() override
	{
		f = open_fake(GetParam());
		s = &f->space;
	}

	void TearDown() override
	{
		while (s->stats.attached > 0)
			ASSERT_EQ(plx_iova_detach(s, 0), 0);
		ASSERT_EQ(plx_iova_space_close(s), 0);
	}

	int map(uint64_t iova, uint64_t len)
	{
		plx_iova_mapping m = { iova, len, reinterpret_cast<void *>(iova),
			PLX_IOVA_READ | PLX_IOVA_WRITE, -1, 0, 0 };

		return plx_iova_map(s, &m);
	}

	bool live() const { return s->ops->open_maps || s->stats.attached > 0; }

	/* Tree and kernel must be the same, as far as the kernel may have mappings. */
	void expect_same()
	{
		if (live())
			EXPECT_EQ(tree_of(s), f->maps);
		else
			EXPECT_TRUE(f->maps.empty());
	}

	Fake *f;
	plx_iova_space *s;
};

} // namespace
#endif
