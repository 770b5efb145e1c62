/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_MBUF_H
#define TEST_MBUF_H
/* Pools of mbufs, and a fixture with one. */
#include <cerrno>
#include <string>

#include "eal_env.h"
#include "test_pool.h"

#include <plx_mbuf.h>

const unsigned int POOL_SIZE = 255;

inline Pool
make_pool(const char *name = "mbufs", uint16_t priv_size = 0,
	uint16_t room = PLX_MBUF_DEFAULT_BUF_SIZE, unsigned int cache_size = 32)
{
	return Pool(plx_pktmbuf_pool_create(name, POOL_SIZE, cache_size, priv_size, room,
		SOCKET_ID_ANY));
}

inline std::string
fault(const plx_mbuf *m, int is_header = 1)
{
	const char *reason = nullptr;
	int ret = plx_mbuf_check(m, is_header, &reason);

	EXPECT_EQ(ret, plx_mbuf_check(m, is_header, nullptr));
	EXPECT_EQ(ret, *reason == '\0' ? 0 : -EINVAL);
	return reason;
}

/* As every mbuf is while it rests in its pool. */
inline int
check_free_mbuf(plx_mempool *mp, void *, void *obj, unsigned int)
{
	const plx_mbuf *m = static_cast<plx_mbuf *>(obj);

	EXPECT_EQ(plx_mbuf_refcnt_read(m), 1);
	EXPECT_EQ(m->next, nullptr);
	EXPECT_EQ(m->nb_segs, 1);
	EXPECT_EQ(m->pool, mp);
	EXPECT_EQ(m->priv_size, plx_pktmbuf_priv_size(mp));
	EXPECT_EQ(m->buf_len, plx_pktmbuf_data_room_size(mp));
	EXPECT_EQ(m->buf_addr, reinterpret_cast<const char *>(m + 1) + m->priv_size);
	return 0;
}

inline void
expect_all_back(const Pool &mp)
{
	EXPECT_EQ(plx_mempool_avail_count(mp.get()), POOL_SIZE);
	EXPECT_EQ(plx_mempool_obj_iter(mp.get(), check_free_mbuf, nullptr), 0);
}

class Mbuf : public testing::Test {
protected:
	void SetUp() override
	{
		mp = make_pool();
		ASSERT_TRUE(mp);
	}

	void TearDown() override
	{
		expect_all_back(mp);
	}

	/* A packet of @segs segments with @len bytes each: 0, 1, 2, ... over the whole packet. */
	plx_mbuf *packet(unsigned int segs, uint16_t len)
	{
		plx_mbuf *head = nullptr;
		uint8_t byte = 0;

		for (unsigned int i = 0; i < segs; i++) {
			plx_mbuf *m = plx_pktmbuf_alloc(mp.get());
			char *data = plx_pktmbuf_append(m, len);

			for (unsigned int k = 0; k < len; k++)
				data[k] = char(byte++);
			if (head == nullptr)
				head = m;
			else
				EXPECT_EQ(plx_pktmbuf_chain(head, m), 0);
		}
		return head;
	}

	Pool mp;
};

#endif
