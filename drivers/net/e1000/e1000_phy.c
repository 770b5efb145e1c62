/* SPDX-License-Identifier: BSD-3-Clause */
/* PHY, link and flow control. */
#include "e1000_hw.h"

/* IEEE 802.3 annex 31B: where pause frames go, and what they are. */
#define PAUSE_ADDR_LOW 0x00c28001
#define PAUSE_ADDR_HIGH 0x0100
#define PAUSE_TYPE 0x8808

/* MDIO is shared with firmware and, on some chips, with the other port. */
static int
phy_acquire(struct e1000_hw *hw)
{
	return hw->family->phy_acquire != NULL ? hw->family->phy_acquire(hw) : 0;
}

static void
phy_release(struct e1000_hw *hw)
{
	if (hw->family->phy_release != NULL)
		hw->family->phy_release(hw);
}

/* One access by MDIC. Return: 0 with what it reads then in @mdic; an errno. */
static int
phy_access(struct e1000_hw *hw, uint32_t command, uint32_t *mdic)
{
	int ret = phy_acquire(hw);

	*mdic = 0;
	if (ret < 0)
		return ret;
	e1000_write(hw, E1000_MDIC, E1000_MDIC_PHY(hw->family->phy_addr) | command);
	ret = e1000_wait(hw, E1000_MDIC, E1000_MDIC_READY, E1000_MDIC_READY, E1000_PHY_TIMEOUT_US);
	*mdic = e1000_read(hw, E1000_MDIC);
	if (ret == 0 && (*mdic & E1000_MDIC_ERROR))
		ret = -EIO;
	phy_release(hw);
	return ret;
}

int
e1000_phy_read(struct e1000_hw *hw, uint32_t reg, uint16_t *value)
{
	uint32_t mdic;
	int ret = phy_access(hw, E1000_MDIC_REG(reg) | E1000_MDIC_OP_READ, &mdic);

	*value = E1000_MDIC_DATA(mdic);
	return ret;
}

int
e1000_phy_write(struct e1000_hw *hw, uint32_t reg, uint16_t value)
{
	uint32_t mdic;

	return phy_access(hw, E1000_MDIC_REG(reg) | E1000_MDIC_OP_WRITE | value, &mdic);
}

static int
phy_power_up(struct e1000_hw *hw)
{
	uint16_t ctrl;
	int ret = e1000_phy_read(hw, E1000_PHY_CTRL, &ctrl);

	if (ret < 0 || ((ctrl & E1000_PHY_CTRL_AUTONEG) && !(ctrl & E1000_PHY_CTRL_POWER)))
		return ret;
	ctrl = (uint16_t)((ctrl & ~E1000_PHY_CTRL_POWER) | E1000_PHY_CTRL_AUTONEG |
		E1000_PHY_CTRL_RESTART);
	return e1000_phy_write(hw, E1000_PHY_CTRL, ctrl);
}

int
e1000_link_start(struct e1000_hw *hw)
{
	uint32_t ctrl = e1000_read(hw, E1000_CTRL);

	ctrl &= ~(E1000_CTRL_FRCSPD | E1000_CTRL_FRCDPX);
	e1000_write(hw, E1000_CTRL, ctrl | E1000_CTRL_SLU);
	__atomic_store_n(&hw->link_off, false, __ATOMIC_RELAXED);
	return phy_power_up(hw);
}

void
e1000_link_get(const struct e1000_hw *hw, struct plx_eth_link *link)
{
	static const uint32_t speeds[] = { PLX_ETH_SPEED_NUM_10M, PLX_ETH_SPEED_NUM_100M,
		PLX_ETH_SPEED_NUM_1G, PLX_ETH_SPEED_NUM_1G };
	const uint32_t status = e1000_read(hw, E1000_STATUS);

	link->link_speed = PLX_ETH_SPEED_NUM_NONE;
	link->link_duplex = 0;
	link->link_autoneg = 1;
	link->link_status = 0;
	if (status == UINT32_MAX || !(status & E1000_STATUS_LU) ||
	    __atomic_load_n(&hw->link_off, __ATOMIC_RELAXED))
		return;
	link->link_speed = speeds[E1000_STATUS_SPEED(status)];
	link->link_duplex = (status & E1000_STATUS_FD) != 0;
	link->link_status = 1;
}

static int
phy_power_down(struct e1000_hw *hw)
{
	uint16_t ctrl;
	int ret = e1000_phy_read(hw, E1000_PHY_CTRL, &ctrl);

	return ret < 0 ? ret : e1000_phy_write(hw, E1000_PHY_CTRL,
		(uint16_t)(ctrl | E1000_PHY_CTRL_POWER));
}

int
e1000_link_set(struct e1000_hw *hw, bool up)
{
	int ret = up ? e1000_link_start(hw) : phy_power_down(hw);

	if (ret < 0)
		return ret;
	__atomic_store_n(&hw->link_off, !up, __ATOMIC_RELAXED);
	/* Firmware may keep the PHY alive, and an emulated one has no power to lose. */
	e1000_assign(hw, E1000_RCTL, E1000_RCTL_EN, up);
	e1000_assign(hw, E1000_TCTL, E1000_TCTL_EN, up);
	e1000_flush(hw);
	return 0;
}

void
e1000_fc_get(struct e1000_hw *hw, struct plx_eth_fc_conf *fc)
{
	const uint32_t ctrl = e1000_read(hw, E1000_CTRL);
	const uint32_t rctl = e1000_read(hw, E1000_RCTL);
	const uint32_t low = e1000_read(hw, E1000_FCRTL);

	fc->high_water = e1000_read(hw, E1000_FCRTH) & E1000_FCRT_MASK;
	fc->low_water = low & E1000_FCRT_MASK;
	fc->send_xon = (low & E1000_FCRTL_XONE) != 0;
	fc->pause_time = (uint16_t)e1000_read(hw, E1000_FCTTV);
	/* Without a water mark nothing makes it send pause frames, whatever was negotiated. */
	fc->mode = (ctrl & E1000_CTRL_RFCE ? PLX_ETH_FC_RX_PAUSE : PLX_ETH_FC_NONE) |
		((ctrl & E1000_CTRL_TFCE) && fc->high_water > 0 ? PLX_ETH_FC_TX_PAUSE :
			PLX_ETH_FC_NONE);
	fc->mac_ctrl_frame_fwd = (rctl & E1000_RCTL_PMCF) != 0;
	fc->autoneg = 1;
}

/* What we offer to the other side (IEEE 802.3 table 28B-3); a change is negotiated anew. */
static int
offer_pause(struct e1000_hw *hw, enum plx_eth_fc_mode mode)
{
	static const uint16_t offers[] = {
		[PLX_ETH_FC_NONE] = 0,
		[PLX_ETH_FC_RX_PAUSE] = E1000_PHY_ADV_PAUSE | E1000_PHY_ADV_ASYM,
		[PLX_ETH_FC_TX_PAUSE] = E1000_PHY_ADV_ASYM,
		[PLX_ETH_FC_FULL] = E1000_PHY_ADV_PAUSE,
	};
	uint16_t old, adv, ctrl;
	int ret = e1000_phy_read(hw, E1000_PHY_ADV, &old);

	if (ret < 0)
		return ret;
	adv = (uint16_t)((old & ~(E1000_PHY_ADV_PAUSE | E1000_PHY_ADV_ASYM)) | offers[mode]);
	if (adv == old)
		return 0;
	ret = e1000_phy_write(hw, E1000_PHY_ADV, adv);
	if (ret < 0)
		return ret;
	ret = e1000_phy_read(hw, E1000_PHY_CTRL, &ctrl);
	return ret < 0 ? ret : e1000_phy_write(hw, E1000_PHY_CTRL,
		(uint16_t)(ctrl | E1000_PHY_CTRL_AUTONEG | E1000_PHY_CTRL_RESTART));
}

int
e1000_fc_set(struct e1000_hw *hw, const struct plx_eth_fc_conf *fc)
{
	const uint32_t rx_bytes = hw->family->rx_buffer != NULL ? hw->family->rx_buffer(hw) :
		E1000_PBA_RX(e1000_read(hw, E1000_PBA)) << 10;
	const bool tx = fc->mode == PLX_ETH_FC_TX_PAUSE || fc->mode == PLX_ETH_FC_FULL;
	uint32_t ctrl;
	int ret;

	if (fc->low_water > fc->high_water || fc->high_water > E1000_FCRT_MASK ||
	    (tx && (fc->high_water == 0 || fc->high_water >= rx_bytes)))
		return -EINVAL;
	ret = fc->autoneg ? offer_pause(hw, fc->mode) : 0;
	if (ret < 0)
		return ret;
	e1000_write(hw, E1000_FCAL, PAUSE_ADDR_LOW);
	e1000_write(hw, E1000_FCAH, PAUSE_ADDR_HIGH);
	e1000_write(hw, E1000_FCT, PAUSE_TYPE);
	e1000_write(hw, E1000_FCTTV, fc->pause_time);
	e1000_write(hw, E1000_FCRTL, (tx ? fc->low_water & E1000_FCRT_MASK : 0) |
		(tx && fc->send_xon ? E1000_FCRTL_XONE : 0));
	e1000_write(hw, E1000_FCRTH, tx ? fc->high_water & E1000_FCRT_MASK : 0);
	e1000_assign(hw, E1000_RCTL, E1000_RCTL_PMCF, fc->mac_ctrl_frame_fwd);
	ctrl = e1000_read(hw, E1000_CTRL) & ~(E1000_CTRL_RFCE | E1000_CTRL_TFCE);
	if (fc->mode == PLX_ETH_FC_RX_PAUSE || fc->mode == PLX_ETH_FC_FULL)
		ctrl |= E1000_CTRL_RFCE;
	e1000_write(hw, E1000_CTRL, ctrl | (tx ? E1000_CTRL_TFCE : 0));
	return 0;
}
