/* SPDX-License-Identifier: BSD-3-Clause */
/* What each chip is like; reset; the PHY that it shares. */
#include <plx_cycles.h>

#include "igb_chip.h"
#include "igb_rxtx.h"

/* How often to try for the semaphores, and microseconds between. */
#define SEMAPHORE_TRIES 200
#define SEMAPHORE_POLL_US 50
/* RXPBS: 82576 and I210 count KiB; 82580 and I350 have a code. */
#define RXPBS 0x2404
#define RXPBS_KIB(v) ((v) & 0x3f)
#define RXPBS_KIB_82576(v) ((v) & 0x7f)
#define RXPBS_CODE(v) ((v) & 0xf)

/* RQDPC: the I210 and I211 want it to be cleared by hand. */
#define DROPPED(q, keeps_) { "rx_q" #q "_dropped", IGB_RXQ(q) + IGB_RQDPC, .keeps = (keeps_) }
#define DROPPED4(keeps) DROPPED(0, keeps), DROPPED(1, keeps), DROPPED(2, keeps), DROPPED(3, keeps)
#define STATS \
	{ "rx_crc_errors", E1000_CRCERRS }, { "rx_align_errors", E1000_ALGNERRC }, \
	{ "rx_symbol_errors", IGB_SYMERRS }, { "rx_line_errors", E1000_RXERRC }, \
	{ "rx_missed_packets", E1000_MPC }, { "tx_single_collisions", E1000_SCC }, \
	{ "tx_excessive_collisions", E1000_ECOL }, { "tx_multiple_collisions", E1000_MCC }, \
	{ "tx_late_collisions", E1000_LATECOL }, { "tx_collisions", E1000_COLC }, \
	{ "tx_deferred", E1000_DC }, { "tx_no_carrier", E1000_TNCRS }, \
	{ "rx_sequence_errors", IGB_SEC }, { "rx_length_errors", E1000_RLEC }, \
	{ "rx_xon", E1000_XONRXC }, { "tx_xon", E1000_XONTXC }, \
	{ "rx_xoff", E1000_XOFFRXC }, { "tx_xoff", E1000_XOFFTXC }, \
	{ "rx_unsupported_flow_control", E1000_FCRUC }, \
	{ "rx_size_64_packets", E1000_PRC64 }, { "rx_size_65_to_127_packets", E1000_PRC127 }, \
	{ "rx_size_128_to_255_packets", E1000_PRC255 }, \
	{ "rx_size_256_to_511_packets", E1000_PRC511 }, \
	{ "rx_size_512_to_1023_packets", E1000_PRC1023 }, \
	{ "rx_size_1024_to_max_packets", E1000_PRC1522 }, \
	{ "rx_wire_good_packets", E1000_GPRC }, { "rx_broadcast_packets", E1000_BPRC }, \
	{ "rx_multicast_packets", E1000_MPRC }, { "tx_wire_good_packets", E1000_GPTC }, \
	{ "rx_wire_good_bytes", E1000_GORCL, .wide = true }, \
	{ "tx_wire_good_bytes", E1000_GOTCL, .wide = true }, \
	{ "rx_no_buffers", E1000_RNBC }, { "rx_undersize_errors", E1000_RUC }, \
	{ "rx_fragment_errors", E1000_RFC }, { "rx_oversize_errors", E1000_ROC }, \
	{ "rx_jabber_errors", E1000_RJC }, { "rx_management_packets", E1000_MGTPRC }, \
	{ "rx_management_dropped", E1000_MGTPDC }, { "tx_management_packets", E1000_MGTPTC }, \
	{ "rx_total_bytes", E1000_TORL, .wide = true }, \
	{ "tx_total_bytes", E1000_TOTL, .wide = true }, \
	{ "rx_total_packets", E1000_TPR }, { "tx_total_packets", E1000_TPT }, \
	{ "tx_size_64_packets", E1000_PTC64 }, { "tx_size_65_to_127_packets", E1000_PTC127 }, \
	{ "tx_size_128_to_255_packets", E1000_PTC255 }, \
	{ "tx_size_256_to_511_packets", E1000_PTC511 }, \
	{ "tx_size_512_to_1023_packets", E1000_PTC1023 }, \
	{ "tx_size_1024_to_max_packets", E1000_PTC1522 }, \
	{ "tx_multicast_packets", E1000_MPTC }, { "tx_broadcast_packets", E1000_BPTC }, \
	{ "tx_tso_packets", E1000_TSCTC }, { "interrupts", E1000_IAC }

static const struct e1000_stat stats_16[] = {
	STATS, DROPPED4(false), DROPPED(4, false), DROPPED(5, false), DROPPED(6, false),
	DROPPED(7, false), DROPPED(8, false), DROPPED(9, false), DROPPED(10, false),
	DROPPED(11, false), DROPPED(12, false), DROPPED(13, false), DROPPED(14, false),
	DROPPED(15, false),
};
static const struct e1000_stat stats_8[] = {
	STATS, DROPPED4(false), DROPPED(4, false), DROPPED(5, false), DROPPED(6, false),
	DROPPED(7, false),
};
static const struct e1000_stat stats_i210[] = { STATS, DROPPED4(true) };
PLX_STATIC_ASSERT(PLX_DIM(stats_16) <= E1000_STATS_MAX, "struct e1000_hw has room for them");

/* A queue's registers, for dumps. */
#define REG(name) { #name, E1000_##name }
#define IGB_REG(name) { #name, IGB_##name }
#define RXQ_REGS(q) { "RDBAL" #q, IGB_RXQ(q) + IGB_DBAL }, { "RDBAH" #q, IGB_RXQ(q) + IGB_DBAH }, \
	{ "RDLEN" #q, IGB_RXQ(q) + IGB_DLEN }, { "SRRCTL" #q, IGB_RXQ(q) + IGB_SRRCTL }, \
	{ "RDH" #q, IGB_RXQ(q) + IGB_DH }, { "RDT" #q, IGB_RXQ(q) + IGB_DT }, \
	{ "RXDCTL" #q, IGB_RXQ(q) + IGB_DCTL }
#define TXQ_REGS(q) { "TDBAL" #q, IGB_TXQ(q) + IGB_DBAL }, { "TDBAH" #q, IGB_TXQ(q) + IGB_DBAH }, \
	{ "TDLEN" #q, IGB_TXQ(q) + IGB_DLEN }, { "TDH" #q, IGB_TXQ(q) + IGB_DH }, \
	{ "TDT" #q, IGB_TXQ(q) + IGB_DT }, { "TXDCTL" #q, IGB_TXQ(q) + IGB_DCTL }

static const struct e1000_reg regs[] = {
	REG(CTRL), REG(STATUS), REG(EECD), REG(CTRL_EXT), REG(MDIC), REG(VET), REG(FCTTV),
	REG(LEDCTL), REG(IMS), REG(RCTL), REG(FCRTL), REG(FCRTH), REG(RXCSUM), REG(RFCTL),
	IGB_REG(RLPML), REG(MRQC), REG(TCTL), REG(TIPG), IGB_REG(GPIE), IGB_REG(EIMS),
	IGB_REG(EIAC), IGB_REG(EIAM), { "IVAR0", IGB_IVAR(0) }, { "IVAR1", IGB_IVAR(1) },
	{ "IVAR2", IGB_IVAR(2) }, { "IVAR3", IGB_IVAR(3) }, IGB_REG(IVAR_MISC),
	{ "RAL0", E1000_RAL(0) }, { "RAH0", E1000_RAH(0) }, { "RXPBS", RXPBS },
	RXQ_REGS(0), TXQ_REGS(0), RXQ_REGS(1), TXQ_REGS(1), RXQ_REGS(2), TXQ_REGS(2),
	RXQ_REGS(3), TXQ_REGS(3),
};

static uint32_t
rx_buffer_82576(const struct e1000_hw *hw)
{
	return RXPBS_KIB_82576(e1000_read(hw, RXPBS)) << 10;
}

static uint32_t
rx_buffer_i350(const struct e1000_hw *hw)
{
	static const uint8_t kib[16] = { 36, 72, 144, 1, 2, 4, 8, 16, 35, 70, 140 };

	return (uint32_t)kib[RXPBS_CODE(e1000_read(hw, RXPBS))] << 10;
}

static uint32_t
rx_buffer_i210(const struct e1000_hw *hw)
{
	return RXPBS_KIB(e1000_read(hw, RXPBS)) << 10;
}

/* SWSM and SW_FW_SYNC: first against other drivers, then against firmware. */
static int
semaphore_take(struct e1000_hw *hw)
{
	uint32_t swsm = IGB_SWSM_SMBI;

	for (unsigned int i = 0; i < SEMAPHORE_TRIES && (swsm & IGB_SWSM_SMBI); i++) {
		swsm = e1000_read(hw, IGB_SWSM);
		if (swsm & IGB_SWSM_SMBI)
			plx_delay_us(SEMAPHORE_POLL_US);
	}
	if (swsm & IGB_SWSM_SMBI)
		return -ETIMEDOUT;
	for (unsigned int i = 0; i < SEMAPHORE_TRIES; i++) {
		e1000_set(hw, IGB_SWSM, IGB_SWSM_SWESMBI);
		if (e1000_read(hw, IGB_SWSM) & IGB_SWSM_SWESMBI)
			return 0;
		plx_delay_us(SEMAPHORE_POLL_US);
	}
	e1000_clear(hw, IGB_SWSM, IGB_SWSM_SMBI | IGB_SWSM_SWESMBI);
	return -ETIMEDOUT;
}

static void
semaphore_give(struct e1000_hw *hw)
{
	e1000_clear(hw, IGB_SWSM, IGB_SWSM_SMBI | IGB_SWSM_SWESMBI);
}

static uint32_t
phy_bit(const struct e1000_hw *hw)
{
	return IGB_SW_FW_PHY(IGB_STATUS_LAN_ID(e1000_read(hw, E1000_STATUS)));
}

static int
phy_acquire(struct e1000_hw *hw)
{
	const uint32_t bit = phy_bit(hw);

	for (unsigned int i = 0; i < SEMAPHORE_TRIES; i++) {
		uint32_t sync;
		int ret = semaphore_take(hw);

		if (ret < 0)
			return ret;
		sync = e1000_read(hw, IGB_SW_FW_SYNC);
		if (!(sync & (bit | IGB_SW_FW_OF_FW(bit)))) {
			e1000_write(hw, IGB_SW_FW_SYNC, sync | bit);
			semaphore_give(hw);
			return 0;
		}
		semaphore_give(hw);
		plx_delay_us(SEMAPHORE_POLL_US);
	}
	return -ETIMEDOUT;
}

/* Without the semaphore it is given back all the same: who has it does not touch our bit. */
static void
phy_release(struct e1000_hw *hw)
{
	const int taken = semaphore_take(hw);

	e1000_clear(hw, IGB_SW_FW_SYNC, phy_bit(hw));
	if (taken == 0)
		semaphore_give(hw);
}

#define FAMILY(rars, stats_, rx_buffer_) { \
	.nb_rar = (rars), .phy_addr = 1, .stats = (stats_), .nb_stats = PLX_DIM(stats_), \
	.regs = regs, .nb_regs = PLX_DIM(regs), .rx_buffer = (rx_buffer_), \
	.phy_acquire = phy_acquire, .phy_release = phy_release }

static const struct igb_chip chip_82576 = {
	.family = FAMILY(24, stats_16, rx_buffer_82576), .nb_queues = 16, .ivar_columns = true };
static const struct igb_chip chip_82580 = {
	.family = FAMILY(24, stats_8, rx_buffer_i350), .nb_queues = 8 };
static const struct igb_chip chip_i350 = {
	.family = FAMILY(32, stats_8, rx_buffer_i350), .nb_queues = 8, .queue_strips_crc = true };
static const struct igb_chip chip_i210 = {
	.family = FAMILY(16, stats_i210, rx_buffer_i210), .nb_queues = 4, .queue_strips_crc = true };
static const struct igb_chip chip_i211 = {
	.family = FAMILY(16, stats_i210, rx_buffer_i210), .nb_queues = 2, .queue_strips_crc = true };

const struct igb_chip *
igb_chip_of(uint16_t device_id)
{
	switch (device_id) {
	case IGB_DEV_82576:
	case IGB_DEV_82576_QUAD:
	case IGB_DEV_82576_QUAD_ET2:
	case IGB_DEV_82576_NS:
		return &chip_82576;
	case IGB_DEV_82580:
	case IGB_DEV_82580_DUAL:
		return &chip_82580;
	case IGB_DEV_I350:
		return &chip_i350;
	case IGB_DEV_I210:
	case IGB_DEV_I210_FLASHLESS:
		return &chip_i210;
	case IGB_DEV_I211:
		return &chip_i211;
	default:
		return NULL;
	}
}

/* A PHY that never negotiated since it was reset is told to; the MAC has no link until then. */
static int
start_negotiation(struct e1000_hw *hw)
{
	uint16_t status, ctrl;
	int ret;

	if (e1000_read(hw, E1000_STATUS) & E1000_STATUS_LU)
		return 0;
	ret = e1000_phy_read(hw, E1000_PHY_STATUS, &status);
	if (ret < 0 || (status & E1000_PHY_STATUS_DONE))
		return ret;
	ret = e1000_phy_read(hw, E1000_PHY_CTRL, &ctrl);
	return ret < 0 ? ret : e1000_phy_write(hw, E1000_PHY_CTRL,
		(uint16_t)(ctrl | E1000_PHY_CTRL_AUTONEG | E1000_PHY_CTRL_RESTART));
}

int
igb_reset(struct e1000_hw *hw)
{
	int ret = e1000_reset(hw);

	if (ret < 0)
		return ret;
	/*
	 * What is in the EEPROM is there when EECD says so. A chip without one never does, nor
	 * does QEMU's model: so that is no error.
	 */
	(void)e1000_wait(hw, E1000_EECD, E1000_EECD_AUTO_RD, E1000_EECD_AUTO_RD,
		E1000_NVM_TIMEOUT_US);
	/* The first queues are enabled by a reset (RXDCTL, TXDCTL). */
	for (uint16_t q = 0; q < igb_chip(hw)->nb_queues; q++) {
		ret = igb_queue_disable(PLX_PTR_ADD(hw->bar, IGB_RXQ(q)));
		if (ret == 0)
			ret = igb_queue_disable(PLX_PTR_ADD(hw->bar, IGB_TXQ(q)));
		if (ret < 0)
			return ret;
	}
	semaphore_give(hw);
	return start_negotiation(hw);
}

void
igb_vector_set(const struct e1000_hw *hw, uint16_t queue, uint16_t vector)
{
	const bool columns = igb_chip(hw)->ivar_columns;
	const uint32_t reg = IGB_IVAR(columns ? queue % IGB_IVAR_SIZE : queue / 2);
	const unsigned int shift = (columns ? queue / IGB_IVAR_SIZE : queue % 2) * 16;
	const uint32_t ivar = e1000_read(hw, reg) & ~(0xffu << shift);

	e1000_write(hw, reg, ivar | (vector | IGB_IVAR_VALID) << shift);
}
