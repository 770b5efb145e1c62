/* SPDX-License-Identifier: BSD-3-Clause */
/* What is particular to the 82574 and 82583V: tables, and who may use the PHY. */
#include "e1000e_hw.h"

static const struct e1000_stat stats[] = {
	{ "rx_crc_errors", E1000_CRCERRS, false },
	{ "rx_align_errors", E1000_ALGNERRC, false },
	{ "rx_symbol_errors", E1000_RXERRC, false },
	{ "rx_missed_packets", E1000_MPC, false },
	{ "tx_single_collision_packets", E1000_SCC, false },
	{ "tx_excessive_collision_packets", E1000_ECOL, false },
	{ "tx_multiple_collision_packets", E1000_MCC, false },
	{ "tx_late_collisions", E1000_LATECOL, false },
	{ "tx_total_collisions", E1000_COLC, false },
	{ "tx_deferred_packets", E1000_DC, false },
	{ "tx_no_carrier_sense_packets", E1000_TNCRS, false },
	{ "rx_length_errors", E1000_RLEC, false },
	{ "rx_xon_packets", E1000_XONRXC, false },
	{ "tx_xon_packets", E1000_XONTXC, false },
	{ "rx_xoff_packets", E1000_XOFFRXC, false },
	{ "tx_xoff_packets", E1000_XOFFTXC, false },
	{ "rx_flow_control_unsupported_packets", E1000_FCRUC, false },
	{ "rx_size_64_packets", E1000_PRC64, false },
	{ "rx_size_65_to_127_packets", E1000_PRC127, false },
	{ "rx_size_128_to_255_packets", E1000_PRC255, false },
	{ "rx_size_256_to_511_packets", E1000_PRC511, false },
	{ "rx_size_512_to_1023_packets", E1000_PRC1023, false },
	{ "rx_size_1024_to_max_packets", E1000_PRC1522, false },
	{ "rx_broadcast_packets", E1000_BPRC, false },
	{ "rx_multicast_packets", E1000_MPRC, false },
	{ "rx_no_buffer_packets", E1000_RNBC, false },
	{ "rx_undersize_errors", E1000_RUC, false },
	{ "rx_fragment_errors", E1000_RFC, false },
	{ "rx_oversize_errors", E1000_ROC, false },
	{ "rx_jabber_errors", E1000_RJC, false },
	{ "rx_management_packets", E1000_MGTPRC, false },
	{ "rx_management_dropped", E1000_MGTPDC, false },
	{ "tx_management_packets", E1000_MGTPTC, false },
	{ "rx_total_bytes", E1000_TORL, true },
	{ "tx_total_bytes", E1000_TOTL, true },
	{ "rx_total_packets", E1000_TPR, false },
	{ "tx_total_packets", E1000_TPT, false },
	{ "tx_size_64_packets", E1000_PTC64, false },
	{ "tx_size_65_to_127_packets", E1000_PTC127, false },
	{ "tx_size_128_to_255_packets", E1000_PTC255, false },
	{ "tx_size_256_to_511_packets", E1000_PTC511, false },
	{ "tx_size_512_to_1023_packets", E1000_PTC1023, false },
	{ "tx_size_1024_to_max_packets", E1000_PTC1522, false },
	{ "tx_multicast_packets", E1000_MPTC, false },
	{ "tx_broadcast_packets", E1000_BPTC, false },
	{ "tx_tso_packets", E1000_TSCTC, false },
	{ "interrupt_assert_count", E1000_IAC, false },
};
PLX_STATIC_ASSERT(PLX_DIM(stats) <= E1000_STATS_MAX, "there is room for them");

/* ICR is left out: reading it clears what an interrupt is about to tell. */
static const struct e1000_reg regs[] = {
	{ "CTRL", E1000_CTRL }, { "STATUS", E1000_STATUS }, { "EECD", E1000_EECD },
	{ "CTRL_EXT", E1000_CTRL_EXT }, { "FCAL", E1000_FCAL }, { "FCAH", E1000_FCAH },
	{ "FCT", E1000_FCT }, { "VET", E1000_VET }, { "FCTTV", E1000_FCTTV },
	{ "LEDCTL", E1000_LEDCTL }, { "EXTCNF_CTRL", E1000E_EXTCNF_CTRL }, { "PBA", E1000_PBA },
	{ "IMS", E1000_IMS }, { "IAM", E1000_IAM }, { "EIAC", E1000E_EIAC },
	{ "IVAR", E1000E_IVAR }, { "EITR0", E1000E_EITR(0) }, { "EITR1", E1000E_EITR(1) },
	{ "EITR2", E1000E_EITR(2) },
	{ "RCTL", E1000_RCTL }, { "FCRTL", E1000_FCRTL }, { "FCRTH", E1000_FCRTH },
	{ "RXCSUM", E1000_RXCSUM }, { "RFCTL", E1000_RFCTL }, { "MRQC", E1000_MRQC },
	{ "RAL0", E1000_RAL(0) }, { "RAH0", E1000_RAH(0) },
	{ "RDBAL0", E1000E_RDBAL(0) }, { "RDBAH0", E1000E_RDBAH(0) },
	{ "RDLEN0", E1000E_RDLEN(0) }, { "RDH0", E1000E_RDH(0) }, { "RDT0", E1000E_RDT(0) },
	{ "RXDCTL0", E1000E_RXDCTL(0) }, { "RDTR", E1000E_RDTR }, { "RADV", E1000E_RADV },
	{ "RDBAL1", E1000E_RDBAL(1) }, { "RDBAH1", E1000E_RDBAH(1) },
	{ "RDLEN1", E1000E_RDLEN(1) }, { "RDH1", E1000E_RDH(1) }, { "RDT1", E1000E_RDT(1) },
	{ "RXDCTL1", E1000E_RXDCTL(1) },
	{ "TCTL", E1000_TCTL }, { "TIPG", E1000_TIPG },
	{ "TDBAL0", E1000E_TDBAL(0) }, { "TDBAH0", E1000E_TDBAH(0) },
	{ "TDLEN0", E1000E_TDLEN(0) }, { "TDH0", E1000E_TDH(0) }, { "TDT0", E1000E_TDT(0) },
	{ "TXDCTL0", E1000E_TXDCTL(0) }, { "TARC0", E1000E_TARC(0) },
	{ "TDBAL1", E1000E_TDBAL(1) }, { "TDBAH1", E1000E_TDBAH(1) },
	{ "TDLEN1", E1000E_TDLEN(1) }, { "TDH1", E1000E_TDH(1) }, { "TDT1", E1000E_TDT(1) },
	{ "TXDCTL1", E1000E_TXDCTL(1) }, { "TARC1", E1000E_TARC(1) },
};

/* EXTCNF_CTRL: the bit stays 0 while firmware has the PHY, so it is written again and again. */
static int
phy_acquire(struct e1000_hw *hw)
{
	for (unsigned int tries = 0; tries < 2; tries++) {
		int ret;

		e1000_set(hw, E1000E_EXTCNF_CTRL, E1000E_EXTCNF_MDIO_SW);
		ret = e1000_wait(hw, E1000E_EXTCNF_CTRL, E1000E_EXTCNF_MDIO_SW,
			E1000E_EXTCNF_MDIO_SW, E1000_PHY_TIMEOUT_US);
		if (ret != -ETIMEDOUT)
			return ret;
	}
	return -ETIMEDOUT;
}

static void
phy_release(struct e1000_hw *hw)
{
	e1000_clear(hw, E1000E_EXTCNF_CTRL, E1000E_EXTCNF_MDIO_SW);
}

const struct e1000_family e1000e_family = {
	.nb_rar = 16,
	.phy_addr = 1,
	.auto_read = true,
	.stats = stats,
	.nb_stats = PLX_DIM(stats),
	.regs = regs,
	.nb_regs = PLX_DIM(regs),
	.phy_acquire = phy_acquire,
	.phy_release = phy_release,
};
