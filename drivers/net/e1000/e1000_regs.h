/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef E1000_REGS_H
#define E1000_REGS_H
/**
 * DOC: Registers that Intel's PCI Express gigabit chips have in common.
 *
 * Sections are of the Intel 82574 GbE Controller Family Datasheet (317694); the 82576 Datasheet
 * (320961) has these registers by the same names. Offsets are in BAR 0, all registers have 32 bits.
 * What only one family has is in e1000e_regs.h and igb_regs.h.
 */

/* 10.2.2 General registers. */
#define E1000_CTRL		0x0000	/* device control */
#define E1000_CTRL_FD		(1u << 0)	/* full duplex */
#define E1000_CTRL_MASTER_DIS	(1u << 2)	/* no more DMA */
#define E1000_CTRL_SLU		(1u << 6)	/* set link up */
#define E1000_CTRL_FRCSPD	(1u << 11)	/* force speed */
#define E1000_CTRL_FRCDPX	(1u << 12)	/* force duplex */
#define E1000_CTRL_RST		(1u << 26)	/* reset; clears itself */
#define E1000_CTRL_RFCE		(1u << 27)	/* obey pause frames */
#define E1000_CTRL_TFCE		(1u << 28)	/* send pause frames */
#define E1000_CTRL_VME		(1u << 30)	/* strip VLAN tags, insert them */
#define E1000_CTRL_PHY_RST	(1u << 31)

#define E1000_STATUS		0x0008
#define E1000_STATUS_FD		(1u << 0)
#define E1000_STATUS_LU		(1u << 1)	/* link is up */
#define E1000_STATUS_SPEED(v)	(((v) >> 6) & 3)	/* 0: 10, 1: 100, 2 and 3: 1000 Mbit/s */
#define E1000_STATUS_MASTER_EN	(1u << 19)	/* DMA may be under way */

#define E1000_EECD		0x0010	/* EEPROM and flash control; EEC in the datasheet */
#define E1000_EECD_PRES		(1u << 8)	/* there is one */
#define E1000_EECD_AUTO_RD	(1u << 9)	/* it was read after the reset */
#define E1000_EECD_SIZE(v)	(((v) >> 11) & 0xf)	/* 2^(6 + v) words, if not 0 */

#define E1000_EERD		0x0014	/* EEPROM read */
#define E1000_EERD_START	(1u << 0)
#define E1000_EERD_DONE		(1u << 1)
#define E1000_EERD_ADDR(word)	((uint32_t)(word) << 2)
#define E1000_EERD_ADDR_MAX	0x3fff
#define E1000_EERD_DATA(v)	((uint16_t)((v) >> 16))

#define E1000_CTRL_EXT		0x0018
#define E1000_CTRL_EXT_DRV_LOAD	(1u << 28)	/* a driver has the chip: firmware leaves it alone */

#define E1000_MDIC		0x0020	/* access to the PHY */
#define E1000_MDIC_DATA(v)	((uint16_t)(v))
#define E1000_MDIC_REG(reg)	((uint32_t)(reg) << 16)
#define E1000_MDIC_PHY(phy)	((uint32_t)(phy) << 21)
#define E1000_MDIC_OP_WRITE	(1u << 26)
#define E1000_MDIC_OP_READ	(2u << 26)
#define E1000_MDIC_READY	(1u << 28)
#define E1000_MDIC_ERROR	(1u << 30)

#define E1000_FCAL		0x0028	/* address of pause frames */
#define E1000_FCAH		0x002c
#define E1000_FCT		0x0030	/* their type */
#define E1000_VET		0x0038	/* type of VLAN tags */
#define E1000_FCTTV		0x0170	/* how long the other side shall pause, 512 bit times */
#define E1000_LEDCTL		0x0e00	/* a byte for each LED */
#define E1000_LEDCTL_MODE(led, mode)	((uint32_t)(mode) << ((led) * 8))
#define E1000_LEDCTL_LED(led)	(0xffu << ((led) * 8))
#define E1000_LED_MODE_ON	0x0e
#define E1000_PBA		0x1000	/* KiB of the packet buffer for receiving, low half */
#define E1000_PBA_RX(v)		((v) & 0xffff)

/* 10.2.4 Interrupts. */
#define E1000_ICR		0x00c0	/* causes; reading clears */
#define E1000_ICS		0x00c8	/* set causes */
#define E1000_IMS		0x00d0	/* let causes interrupt */
#define E1000_IMC		0x00d8	/* no more */
#define E1000_IAM		0x00e0	/* what an interrupt masks by itself */
#define E1000_INT_LSC		(1u << 2)	/* link changed */
#define E1000_INT_ALL		0xffffffffu

/* 10.2.5 Receive. */
#define E1000_RCTL		0x0100
#define E1000_RCTL_EN		(1u << 1)
#define E1000_RCTL_SBP		(1u << 2)	/* store bad packets */
#define E1000_RCTL_UPE		(1u << 3)	/* all unicast */
#define E1000_RCTL_MPE		(1u << 4)	/* all multicast */
#define E1000_RCTL_LPE		(1u << 5)	/* packets above 1522 bytes */
#define E1000_RCTL_BAM		(1u << 15)	/* broadcast */
#define E1000_RCTL_BSIZE(n)	((uint32_t)(n) << 16)	/* 2048 >> n bytes of a buffer; *16 with BSEX */
#define E1000_RCTL_VFE		(1u << 18)	/* filter VLANs */
#define E1000_RCTL_DPF		(1u << 22)	/* drop pause frames */
#define E1000_RCTL_PMCF		(1u << 23)	/* pass other MAC control frames */
#define E1000_RCTL_BSEX		(1u << 25)
#define E1000_RCTL_SECRC	(1u << 26)	/* strip the CRC */
#define E1000_FCRTL		0x2160	/* flow control, low water mark in bytes */
#define E1000_FCRTL_XONE	(1u << 31)	/* tell that it may go on */
#define E1000_FCRTH		0x2168	/* high water mark */
#define E1000_FCRT_MASK		0xfff8u
#define E1000_RXCSUM		0x5000
#define E1000_RXCSUM_IPOFLD	(1u << 8)	/* IPv4 checksum */
#define E1000_RXCSUM_TUOFLD	(1u << 9)	/* TCP and UDP checksum */
#define E1000_RXCSUM_PCSD	(1u << 13)	/* the hash instead of the packet's checksum */
#define E1000_RFCTL		0x5008
#define E1000_RFCTL_EXTEN	(1u << 15)	/* extended descriptors */
#define E1000_MTA(n)		(0x5200 + 4 * (n))	/* multicast hash */
#define E1000_MTA_SIZE		128
#define E1000_RAL(n)		(0x5400 + 8 * (n))	/* address filters; from 16 on elsewhere */
#define E1000_RAH(n)		(0x5404 + 8 * (n))
#define E1000_RAH_AV		(1u << 31)	/* is valid */
#define E1000_VFTA(n)		(0x5600 + 4 * (n))	/* a bit for each VLAN */
#define E1000_VFTA_SIZE		128
#define E1000_MRQC		0x5818	/* what is hashed */
#define E1000_RETA(n)		(0x5c00 + 4 * (n))	/* four entries, a byte each */
#define E1000_RETA_SIZE		128
#define E1000_RSSRK(n)		(0x5c80 + 4 * (n))	/* hash key */
#define E1000_RSS_KEY_SIZE	40

/* 10.2.6 Transmit. */
#define E1000_TCTL		0x0400
#define E1000_TCTL_EN		(1u << 1)
#define E1000_TCTL_PSP		(1u << 3)	/* pad short packets */
#define E1000_TCTL_CT(n)	((uint32_t)(n) << 4)	/* collisions until it gives up */
#define E1000_TCTL_CT_DEFAULT	15
#define E1000_TCTL_COLD(n)	((uint32_t)(n) << 12)	/* collision distance */
#define E1000_TCTL_COLD_FD	64
#define E1000_TCTL_RTLC		(1u << 24)	/* send again on late collision */
#define E1000_TIPG		0x0410	/* gap between packets */

/* Statistics. All are cleared by reading. */
#define E1000_CRCERRS	0x4000
#define E1000_ALGNERRC	0x4004
#define E1000_RXERRC	0x400c
#define E1000_MPC	0x4010
#define E1000_SCC	0x4014
#define E1000_ECOL	0x4018
#define E1000_MCC	0x401c
#define E1000_LATECOL	0x4020
#define E1000_COLC	0x4028
#define E1000_DC	0x4030
#define E1000_TNCRS	0x4034
#define E1000_RLEC	0x4040
#define E1000_XONRXC	0x4048
#define E1000_XONTXC	0x404c
#define E1000_XOFFRXC	0x4050
#define E1000_XOFFTXC	0x4054
#define E1000_FCRUC	0x4058
#define E1000_PRC64	0x405c
#define E1000_PRC127	0x4060
#define E1000_PRC255	0x4064
#define E1000_PRC511	0x4068
#define E1000_PRC1023	0x406c
#define E1000_PRC1522	0x4070
#define E1000_GPRC	0x4074
#define E1000_BPRC	0x4078
#define E1000_MPRC	0x407c
#define E1000_GPTC	0x4080
#define E1000_GORCL	0x4088	/* low half; reading the high one clears both */
#define E1000_GOTCL	0x4090
#define E1000_RNBC	0x40a0
#define E1000_RUC	0x40a4
#define E1000_RFC	0x40a8
#define E1000_ROC	0x40ac
#define E1000_RJC	0x40b0
#define E1000_MGTPRC	0x40b4
#define E1000_MGTPDC	0x40b8
#define E1000_MGTPTC	0x40bc
#define E1000_TORL	0x40c0
#define E1000_TOTL	0x40c8
#define E1000_TPR	0x40d0
#define E1000_TPT	0x40d4
#define E1000_PTC64	0x40d8
#define E1000_PTC127	0x40dc
#define E1000_PTC255	0x40e0
#define E1000_PTC511	0x40e4
#define E1000_PTC1023	0x40e8
#define E1000_PTC1522	0x40ec
#define E1000_MPTC	0x40f0
#define E1000_BPTC	0x40f4
#define E1000_TSCTC	0x40f8
#define E1000_IAC	0x4100

/* Registers of the PHY: IEEE 802.3 clause 22.2.4. */
#define E1000_PHY_CTRL		0
#define E1000_PHY_CTRL_RESTART	(1u << 9)	/* negotiate anew */
#define E1000_PHY_CTRL_POWER	(1u << 11)	/* power down */
#define E1000_PHY_CTRL_AUTONEG	(1u << 12)
#define E1000_PHY_STATUS	1
#define E1000_PHY_STATUS_LINK	(1u << 2)
#define E1000_PHY_STATUS_DONE	(1u << 5)	/* negotiation is over */
#define E1000_PHY_ID1		2
#define E1000_PHY_ID2		3
#define E1000_PHY_ADV		4	/* what we offer */
#define E1000_PHY_ADV_PAUSE	(1u << 10)
#define E1000_PHY_ADV_ASYM	(1u << 11)	/* asymmetric pause */
#define E1000_PHY_PARTNER	5	/* what the other side offers, bits as in E1000_PHY_ADV */

#endif
