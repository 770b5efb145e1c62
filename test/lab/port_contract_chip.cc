/* SPDX-License-Identifier: BSD-3-Clause */
/* The port contract: all counters by name, and what is near the chip. */
#include "port_contract.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace contract {

namespace {

/* All counters of a port, by name. */
std::map<std::string, uint64_t>
xstats_of(const Port &port)
{
	const int n = plx_eth_xstats_get_names(port.id, nullptr, 0);
	std::vector<plx_eth_xstat_name> names(size_t(std::max(n, 0)));
	std::vector<plx_eth_xstat> values(names.size());
	std::map<std::string, uint64_t> all;

	EXPECT_GT(n, 0);
	EXPECT_EQ(plx_eth_xstats_get_names(port.id, names.data(), unsigned(n)), n);
	EXPECT_EQ(plx_eth_xstats_get(port.id, values.data(), unsigned(n)), n);
	for (size_t i = 0; i < names.size(); i++) {
		EXPECT_EQ(values[i].id, i);
		EXPECT_NE(names[i].name[0], '\0') << "counter " << i;
		EXPECT_TRUE(all.emplace(names[i].name, values[i].value).second) << names[i].name
			<< " is there twice";
	}
	return all;
}

class Xstats : public Contract {};

TEST_F(Xstats, count_what_was_sent)
{
	const std::vector<Bytes> sent = frames(30, 200);

	ASSERT_NO_FATAL_FAILURE(start());

	const auto tx_before = xstats_of(tx), rx_before = xstats_of(rx);

	ASSERT_EQ(tx_before.count("tx_good_packets"), 1u);
	ASSERT_EQ(rx_before.count("rx_good_bytes"), 1u);
	transfer(sent);

	const auto grown = [](const auto &before, const Port &port, const char *name) {
		return xstats_of(port).at(name) - before.at(name);
	};

	EXPECT_TRUE(await([&] { return grown(tx_before, tx, "tx_good_packets") >= sent.size(); }));
	EXPECT_EQ(grown(tx_before, tx, "tx_good_packets"), sent.size());
	EXPECT_EQ(grown(tx_before, tx, "tx_good_bytes"), counted(sent.size() * 200));
	if (options.wire != Wire::NONE) {
		EXPECT_TRUE(await([&] {
			return grown(rx_before, rx, "rx_good_packets") >= sent.size();
		}));
		EXPECT_EQ(grown(rx_before, rx, "rx_good_packets"), sent.size() + foreign);
	}
	if (tx_before.count("tx_q0_packets") != 0) {
		EXPECT_EQ(grown(tx_before, tx, "tx_q0_packets"), sent.size());
		EXPECT_EQ(grown(tx_before, tx, "tx_q0_bytes"), counted(sent.size() * 200));
	}
}

TEST_F(Xstats, by_id)
{
	ASSERT_NO_FATAL_FAILURE(start());

	const auto all = xstats_of(tx);
	const uint64_t beyond = all.size();
	uint64_t value;

	for (const auto &entry : all) {
		uint64_t id = UINT64_MAX;
		plx_eth_xstat_name name {};

		ASSERT_EQ(plx_eth_xstats_get_id_by_name(tx.id, entry.first.c_str(), &id), 0)
			<< entry.first;
		ASSERT_EQ(plx_eth_xstats_get_names_by_id(tx.id, &name, 1, &id), 1);
		EXPECT_EQ(name.name, entry.first);
		EXPECT_EQ(plx_eth_xstats_get_by_id(tx.id, &id, &value, 1), 1);
	}
	EXPECT_EQ(plx_eth_xstats_get_by_id(tx.id, &beyond, &value, 1), -EINVAL);
	EXPECT_EQ(plx_eth_xstats_get_id_by_name(tx.id, "no_such_counter", &value), -ENOENT);
}

TEST_F(Xstats, reset)
{
	ASSERT_NO_FATAL_FAILURE(start());
	transfer(frames(10, 100));
	/* Counters of a device may come late, and then not in what was reset. */
	EXPECT_TRUE(await([&] { return xstats_of(tx).at("tx_good_packets") > 0; }));
	EXPECT_EQ(plx_eth_xstats_reset(tx.id), 0);
	for (const auto &[name, value] : xstats_of(tx))
		if (name.find("tx_") == 0 && name.find("packets") != std::string::npos) {
			EXPECT_EQ(value, 0u) << name;
		}
	EXPECT_EQ(tx.stats().opackets, 0u);
}

/* What is near the chip answers, or says that there is no such thing. */
class Chip : public Contract {
protected:
	void SetUp() override
	{
		Contract::SetUp();
		ASSERT_NO_FATAL_FAILURE(start_one(tx));
	}
};

TEST_F(Chip, flow_control)
{
	plx_eth_fc_conf before {}, wanted, found {};
	const int ret = plx_eth_dev_flow_ctrl_get(tx.id, &before);

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "no flow control";
	ASSERT_EQ(ret, 0);
	EXPECT_GE(before.high_water, before.low_water);
	wanted = before;
	/* Who asks for pauses must say from when on. */
	if (wanted.high_water == 0) {
		wanted.high_water = 0x2000;
		wanted.low_water = 0x1000;
	}
	for (plx_eth_fc_mode mode : { PLX_ETH_FC_NONE, PLX_ETH_FC_RX_PAUSE, PLX_ETH_FC_TX_PAUSE,
		PLX_ETH_FC_FULL }) {
		wanted.mode = mode;
		wanted.pause_time = uint16_t(0x100 + mode);
		ASSERT_EQ(plx_eth_dev_flow_ctrl_set(tx.id, &wanted), 0)
			<< "what was told, in mode " << mode;
		ASSERT_EQ(plx_eth_dev_flow_ctrl_get(tx.id, &found), 0);
		EXPECT_EQ(found.mode, mode);
		EXPECT_EQ(found.pause_time, wanted.pause_time);
		if (mode == PLX_ETH_FC_TX_PAUSE || mode == PLX_ETH_FC_FULL) {
			EXPECT_EQ(found.high_water, wanted.high_water);
			EXPECT_EQ(found.low_water, wanted.low_water);
		}
	}
	wanted.low_water = wanted.high_water + 1;
	EXPECT_EQ(plx_eth_dev_flow_ctrl_set(tx.id, &wanted), -EINVAL);
	EXPECT_EQ(plx_eth_dev_flow_ctrl_set(tx.id, &before), 0);
}

TEST_F(Chip, led)
{
	const int ret = plx_eth_led_on(tx.id);

	EXPECT_TRUE(ret == 0 || ret == -ENOTSUP) << ret;
	EXPECT_EQ(plx_eth_led_off(tx.id), ret);
}

TEST_F(Chip, eeprom)
{
	const int len = plx_eth_dev_get_eeprom_length(tx.id);

	if (len == -ENOTSUP)
		GTEST_SKIP() << "no EEPROM";
	ASSERT_GT(len, 0);

	Bytes first(size_t(std::min(len, 128))), again(first.size());
	plx_dev_eeprom_info piece { first.data(), 0, uint32_t(first.size()), 0 };

	ASSERT_EQ(plx_eth_dev_get_eeprom(tx.id, &piece), 0);
	piece.data = again.data();
	ASSERT_EQ(plx_eth_dev_get_eeprom(tx.id, &piece), 0);
	EXPECT_EQ(first, again);
	piece.offset = uint32_t(len);
	EXPECT_EQ(plx_eth_dev_get_eeprom(tx.id, &piece), -EINVAL) << "beyond its end";
}

TEST_F(Chip, registers)
{
	plx_dev_reg_info info {};
	const int ret = plx_eth_dev_get_reg_info(tx.id, &info);

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "no registers are told";
	ASSERT_EQ(ret, 0);
	ASSERT_GT(info.length, 0u);
	ASSERT_TRUE(info.width == 4 || info.width == 8 || info.width == 1 || info.width == 2)
		<< info.width;

	Bytes values(size_t(info.length) * info.width);
	std::vector<char> names(size_t(info.length) * PLX_DEV_REG_NAME_SIZE);

	info.data = values.data();
	info.names = reinterpret_cast<char (*)[PLX_DEV_REG_NAME_SIZE]>(names.data());
	ASSERT_EQ(plx_eth_dev_get_reg_info(tx.id, &info), 0);
	EXPECT_NE(values, Bytes(values.size())) << "all of them 0?";
	for (uint32_t i = 0; i < info.length; i++)
		EXPECT_NE(memchr(info.names[i], 0, PLX_DEV_REG_NAME_SIZE), nullptr) << "name " << i;
}

TEST_F(Chip, firmware)
{
	char text[256] = "";
	const int ret = plx_eth_dev_fw_version_get(tx.id, text, sizeof(text));

	if (ret == -ENOTSUP)
		GTEST_SKIP() << "no firmware";
	ASSERT_EQ(ret, 0);
	EXPECT_NE(text[0], '\0');
	EXPECT_EQ(plx_eth_dev_fw_version_get(tx.id, text, 1), -ENOSPC);
}

TEST_F(Chip, packet_types)
{
	uint32_t types[64];
	const int n = plx_eth_dev_get_supported_ptypes(tx.id, UINT32_MAX, types, 64);

	EXPECT_GE(n, 0);
	EXPECT_EQ(plx_eth_dev_get_supported_ptypes(tx.id, UINT32_MAX, nullptr, 0), n);
	for (int i = 0; i < std::min(n, 64); i++)
		EXPECT_NE(types[i], 0u);
}

} // namespace

} // namespace contract
