/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_IGB_PORT_H
#define TEST_IGB_PORT_H
/* A port of net_igb on registers that the test has, as a fixture. */
#include "test_igb_chip.h"

constexpr uint16_t PHY_CTRL_RESTART = E1000_PHY_CTRL_RESTART;

/* The least that makes a chip. */
class IgbPort : public PciPort {
protected:
	void SetUp() override
	{
		PciPort::SetUp();
		make(IGB_DEV_82576);
	}

	void make(uint16_t device_id)
	{
		FakeBar *b;

		use("net_igb", device_id, E1000_BAR_SIZE);
		b = bar.get();
		power_on();
		bar->after_write = [this, b](uint32_t reg, uint32_t value, uint32_t old) {
			if (reg == E1000_CTRL && (value & E1000_CTRL_RST) && resets_end) {
				resets++;
				power_on();
			} else if (reg == E1000_MDIC) {
				mdic(value);
			} else if (stuck.count(reg)) {
				(*b)[reg] = old;
			}
		};
		bar->after_read = [this, b](uint32_t reg) {
			if (reg == IGB_SWSM)
				(*b)[reg] |= IGB_SWSM_SMBI;
			if (read_clears.count(reg))
				(*b)[reg] = 0;
		};
	}

	/* What registers have after a reset. */
	void power_on()
	{
		(*bar)[E1000_CTRL] = 0;
		(*bar)[E1000_STATUS] = E1000_STATUS_FD;
		(*bar)[E1000_EECD] = E1000_EECD_PRES | E1000_EECD_AUTO_RD;
		(*bar)[E1000_RAL(0)] = 0x04030252;
		(*bar)[E1000_RAH(0)] = 0x0605 | E1000_RAH_AV;
		(*bar)[IGB_RXQ(0) + IGB_DCTL] = IGB_DCTL_ENABLE;
		(*bar)[IGB_TXQ(0) + IGB_DCTL] = IGB_DCTL_ENABLE;
		(*bar)[IGB_SWSM] = swsm;
		phy[E1000_PHY_CTRL] = E1000_PHY_CTRL_AUTONEG;
		phy[E1000_PHY_STATUS] = 0;
	}

	void mdic(uint32_t value)
	{
		uint16_t &reg = phy[value >> 16 & 0x1f];

		if (value & E1000_MDIC_OP_WRITE)
			reg = uint16_t(value);
		if (&reg == &phy[E1000_PHY_CTRL] && (reg & PHY_CTRL_RESTART)) {
			negotiations++;
			reg = uint16_t(reg & ~PHY_CTRL_RESTART);
			phy[E1000_PHY_STATUS] = E1000_PHY_STATUS_DONE | E1000_PHY_STATUS_LINK;
			(*bar)[E1000_STATUS] |= E1000_STATUS_LU;
		}
		(*bar)[E1000_MDIC] = (value & ~0xffffu) | reg | E1000_MDIC_READY;
	}

	uint32_t queue(bool rx, uint16_t q, uint32_t reg)
	{
		return (*bar)[(rx ? IGB_RXQ(q) : IGB_TXQ(q)) + reg];
	}

	uint16_t phy[32] = {};
	uint32_t swsm = 0;
	bool resets_end = true;
	unsigned int resets = 0, negotiations = 0;
	std::map<uint32_t, bool> stuck;		/* registers that ignore writes */
	std::map<uint32_t, bool> read_clears;
};

#endif
