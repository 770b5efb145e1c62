/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/ethdev: what is hashed, the key, the redirection table. */
#include "test_ethdev_toy.h"

namespace {

class EthdevRss : public Ethdev {
protected:
	EthdevRss()
	{
		conf.rxmode.mq_mode = PLX_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = PLX_ETH_RSS_IPV4;
	}

	int configure(uint16_t nb_rx = 3) { return plx_eth_dev_configure(id, nb_rx, 1, &conf); }

	plx_eth_conf conf = {};
	plx_eth_rss_reta_entry64 reta[2] = {};
};

TEST_F(EthdevRss, ConfigureRefuses)
{
	uint8_t key[52] = {};

	conf.rx_adv_conf.rss_conf.rss_hf = PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_IPV6;
	expect_refused(-ENOTSUP, { "0x104", "no 0x100", "0x14" }, [&] { return configure(); });
	conf.rx_adv_conf.rss_conf.rss_hf = PLX_ETH_RSS_IPV4;
	conf.rx_adv_conf.rss_conf.rss_key = key;
	conf.rx_adv_conf.rss_conf.rss_key_len = 52;
	expect_refused(-EINVAL, { "key of 52", "40" }, [&] { return configure(); });
	conf.rx_adv_conf.rss_conf.rss_key = nullptr;
	expect_refused(-EINVAL, { "without an Rx queue" }, [&] { return configure(0); });
	conf.rxmode.mq_mode = static_cast<plx_eth_rx_mq_mode>(7);
	expect_refused(-EINVAL, { "mq_mode 7" }, [&] { return configure(); });
	conf.rxmode.mq_mode = PLX_ETH_MQ_RX_RSS;
	toy->limits.reta_size = 1024;
	expect_refused(-ENOTSUP, { "1024", "512" }, [&] { return configure(); });
	toy->limits.reta_size = 128;
	toy->limits.hash_key_size = 53;
	expect_refused(-ENOTSUP, { "53", "52" }, [&] { return configure(); });
	toy->limits.reta_size = 0;
	expect_refused(-ENOTSUP, { "RSS" }, [&] { return configure(); });
	toy->limits.reta_size = 128;
	toy->ops.rss_set = nullptr;
	expect_refused(-ENOTSUP, { "RSS" }, [&] { return configure(); });
	EXPECT_EQ(toy->calls, Calls{});
}

TEST_F(EthdevRss, Defaults)
{
	plx_eth_rss_conf now = {};
	uint8_t key[40] = {};

	ASSERT_EQ(configure(), 0);
	now.rss_key = key;
	now.rss_key_len = sizeof(key);
	ASSERT_EQ(plx_eth_dev_rss_hash_conf_get(id, &now), 0);
	EXPECT_EQ(now.rss_hf, PLX_ETH_RSS_IPV4);
	EXPECT_EQ(now.rss_key_len, 40);
	EXPECT_EQ(key[0], 0x6d);
	EXPECT_EQ(key[39], 0xfa);
	EXPECT_EQ(toy->dev->rss.key_len, 40) << "for dev_start";
	reta[0].mask = reta[1].mask = UINT64_MAX;
	ASSERT_EQ(plx_eth_dev_rss_reta_query(id, reta, 128), 0);
	for (int i = 0; i < 128; i++)
		EXPECT_EQ(reta[i / 64].reta[i % 64], i % 3) << i;
	EXPECT_EQ(toy->count("rss"), 0u) << "dev_start does it";
}

TEST_F(EthdevRss, WithoutRss)
{
	plx_eth_rss_conf hash = {};

	start();
	EXPECT_EQ(toy->dev->rss.reta_size, 0);
	expect_refused(-ENOTSUP, { "not configured with RSS" },
		[&] { return plx_eth_dev_rss_hash_update(id, &hash); });
	expect_refused(-ENOTSUP, { "not configured with RSS" },
		[&] { return plx_eth_dev_rss_reta_update(id, reta, 128); });
	EXPECT_EQ(plx_eth_dev_rss_hash_conf_get(id, &hash), -ENOTSUP);
	EXPECT_EQ(plx_eth_dev_rss_reta_query(id, reta, 128), -ENOTSUP);
	expect_refused(-ENODEV, { "RSS" },
		[&] { return plx_eth_dev_rss_hash_update(NO_PORT, &hash); });
	expect_refused(-ENODEV, { "RSS" },
		[&] { return plx_eth_dev_rss_reta_update(NO_PORT, reta, 128); });
	EXPECT_EQ(plx_eth_dev_rss_hash_conf_get(NO_PORT, &hash), -ENODEV);
	EXPECT_EQ(plx_eth_dev_rss_reta_query(NO_PORT, reta, 128), -ENODEV);
}

TEST_F(EthdevRss, Hash)
{
	uint8_t key[40];
	plx_eth_rss_conf hash = {};

	std::fill(key, key + 40, 7);
	start_with(conf, 3);
	hash.rss_hf = PLX_ETH_RSS_IPV6;
	expect_refused(-ENOTSUP, { "no 0x100" },
		[&] { return plx_eth_dev_rss_hash_update(id, &hash); });
	hash.rss_hf = PLX_ETH_RSS_NONFRAG_IPV4_TCP;
	ASSERT_EQ(plx_eth_dev_rss_hash_update(id, &hash), 0);
	EXPECT_EQ(toy->rss.rss_hf, hash.rss_hf);
	EXPECT_EQ(toy->rss.key[0], 0x6d) << "the key stays";
	EXPECT_EQ(toy->rss.reta[4], 1) << "so does the table";
	hash.rss_key = key;
	hash.rss_key_len = 39;
	expect_refused(-EINVAL, { "39", "40" },
		[&] { return plx_eth_dev_rss_hash_update(id, &hash); });
	hash.rss_key_len = 40;
	toy->fails = "rss";
	expect_refused(-EIO, { "hash", "EIO" },
		[&] { return plx_eth_dev_rss_hash_update(id, &hash); });
	EXPECT_EQ(toy->dev->rss.key[0], 0x6d);
	toy->fails = "";
	ASSERT_EQ(plx_eth_dev_rss_hash_update(id, &hash), 0);
	hash.rss_key_len = 39;
	EXPECT_EQ(plx_eth_dev_rss_hash_conf_get(id, &hash), -EINVAL) << "no room for it";
	hash.rss_key = nullptr;
	ASSERT_EQ(plx_eth_dev_rss_hash_conf_get(id, &hash), 0);
	EXPECT_EQ(hash.rss_key_len, 40);
	/* Of a stopped port it waits for the start. */
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	toy->calls.clear();
	hash.rss_hf = 0;
	ASSERT_EQ(plx_eth_dev_rss_hash_update(id, &hash), 0);
	EXPECT_EQ(toy->calls, Calls{});
	EXPECT_EQ(toy->dev->rss.rss_hf, 0u);
}

TEST_F(EthdevRss, Table)
{
	start_with(conf, 3);
	expect_refused(-EINVAL, { "64 entries", "128" },
		[&] { return plx_eth_dev_rss_reta_update(id, reta, 64); });
	EXPECT_EQ(plx_eth_dev_rss_reta_query(id, reta, 64), -EINVAL);
	reta[0].mask = 3;
	reta[0].reta[0] = 2;
	reta[0].reta[1] = 3;
	expect_refused(-EINVAL, { "queue 3", "entry 1", "has 3" },
		[&] { return plx_eth_dev_rss_reta_update(id, reta, 128); });
	EXPECT_EQ(toy->dev->rss.reta[0], 0) << "nothing of it";
	reta[0].mask = 1;
	reta[1].mask = UINT64_C(1) << 63;
	reta[1].reta[63] = 1;
	toy->fails = "rss";
	expect_refused(-EIO, { "table", "EIO" },
		[&] { return plx_eth_dev_rss_reta_update(id, reta, 128); });
	EXPECT_EQ(toy->dev->rss.reta[0], 0);
	toy->fails = "";
	ASSERT_EQ(plx_eth_dev_rss_reta_update(id, reta, 128), 0);
	EXPECT_EQ(toy->rss.reta[0], 2);
	EXPECT_EQ(toy->rss.reta[1], 1);
	EXPECT_EQ(toy->rss.reta[127], 1);
	reta[0].mask = 2;
	reta[0].reta[0] = 99;
	ASSERT_EQ(plx_eth_dev_rss_reta_query(id, reta, 128), 0);
	EXPECT_EQ(reta[0].reta[0], 99) << "not asked for";
	EXPECT_EQ(reta[0].reta[1], 1);
	/* It stays over a stop; a configure makes it anew. */
	ASSERT_EQ(plx_eth_dev_stop(id), 0);
	EXPECT_EQ(toy->dev->rss.reta[0], 2);
	ASSERT_EQ(configure(), 0);
	EXPECT_EQ(toy->dev->rss.reta[0], 0);
}

} // namespace
