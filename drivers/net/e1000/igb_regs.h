/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IGB_REGS_H
#define IGB_REGS_H
/**
 * DOC: Registers and descriptors of Intel's gigabit chips with advanced descriptors, beyond what
 * e1000_regs.h has.
 *
 * Registers and fields have the names of the Intel 82576EB Gigabit Ethernet Controller Datasheet
 * (320961). The I350 and I210 Datasheets have the same ones; where they differ it is said.
 */
#include "e1000_regs.h"

/* PCI device ids of ports with a copper PHY. */
#define IGB_PCI_VENDOR		0x8086
#define IGB_DEV_82576		0x10c9
#define IGB_DEV_82576_QUAD	0x10e8
#define IGB_DEV_82576_NS	0x150a
#define IGB_DEV_82576_QUAD_ET2	0x1526
#define IGB_DEV_82580		0x150e
#define IGB_DEV_82580_DUAL	0x1516
#define IGB_DEV_I350		0x1521
#define IGB_DEV_I210		0x1533
#define IGB_DEV_I210_FLASHLESS	0x157b
#define IGB_DEV_I211		0x1539

/* CTRL_EXT. */
#define IGB_CTRL_EXT_PFRSTD	(1u << 14)	/* the PF's reset is over, VFs may go on */

/* Extended interrupts. A bit for each MSI-X vector. */
#define IGB_GPIE		0x1514
#define IGB_GPIE_NSICR		(1u << 0)	/* reading ICR always clears it */
#define IGB_GPIE_MSIX		(1u << 4)	/* a vector for each cause */
#define IGB_GPIE_EIAME		(1u << 30)	/* EIAM counts when an interrupt is sent, too */
#define IGB_GPIE_PBA		(1u << 31)	/* pending bits as the PCI standard says */
#define IGB_EICS		0x1520
#define IGB_EIMS		0x1524
#define IGB_EIMC		0x1528
#define IGB_EIAC		0x152c		/* causes that clear themselves */
#define IGB_EIAM		0x1530		/* causes that mask themselves */
#define IGB_EICR		0x1580
#define IGB_EITR(v)		(0x1680 + 4 * (v))	/* least time between interrupts */
#define IGB_IVAR(n)		(0x1700 + 4 * (n))	/* vectors of queues */
#define IGB_IVAR_SIZE		8
#define IGB_IVAR_MISC		0x1740		/* vectors of other causes */
#define IGB_IVAR_MISC_OTHER(v)	((uint32_t)((v) | IGB_IVAR_VALID) << 8)
#define IGB_IVAR_VALID		(1u << 7)
#define IGB_EIMS_ALL		0xffffffffu

/* Who may access what firmware and the other ports also do. */
#define IGB_SWSM		0x5b50
#define IGB_SWSM_SMBI		(1u << 0)	/* taken by reading it as 0 */
#define IGB_SWSM_SWESMBI	(1u << 1)	/* firmware keeps away */
#define IGB_SW_FW_SYNC		0x5b5c
#define IGB_SW_FW_PHY(port)	((port) < 2 ? 2u << (port) : 0x20u << ((port) - 2))
#define IGB_SW_FW_OF_FW(bits)	((bits) << 16)
#define IGB_STATUS_LAN_ID(v)	(((v) >> 2) & 3)	/* which port this is */

/* Receive. */
#define IGB_RLPML		0x5004		/* longest frame, with CRC, if RCTL.LPE */
#define IGB_MRQC_RSS		(2u << 0)	/* several queues by hash */
#define IGB_MRQC_TCP_IPV4	(1u << 16)
#define IGB_MRQC_IPV4		(1u << 17)
#define IGB_MRQC_TCP_IPV6_EX	(1u << 18)
#define IGB_MRQC_IPV6_EX	(1u << 19)
#define IGB_MRQC_IPV6		(1u << 20)
#define IGB_MRQC_TCP_IPV6	(1u << 21)
#define IGB_MRQC_UDP_IPV4	(1u << 22)
#define IGB_MRQC_UDP_IPV6	(1u << 23)
#define IGB_MRQC_UDP_IPV6_EX	(1u << 24)
#define IGB_RXCSUM_CRCOFL	(1u << 11)	/* SCTP checksum */
/* I350 and I210: each queue strips the CRC for itself, beside RCTL.SECRC. */
#define IGB_DVMOLR(q)		(0xc038 + 0x40 * (q))
#define IGB_DVMOLR_STRCRC	(1u << 31)

/* A queue's registers, from the first one of the queue. A VF has the same ones at other places. */
#define IGB_RXQ(q)		(0xc000 + 0x40 * (q))
#define IGB_TXQ(q)		(0xe000 + 0x40 * (q))
#define IGB_DBAL		0x00		/* RDBAL, TDBAL: the ring */
#define IGB_DBAH		0x04
#define IGB_DLEN		0x08		/* bytes, a multiple of 128 */
#define IGB_SRRCTL		0x0c
#define IGB_DH			0x10		/* RDH, TDH: the chip's */
#define IGB_DT			0x18		/* RDT, TDT: where what the chip has ends */
#define IGB_DCTL		0x28		/* RXDCTL, TXDCTL */
#define IGB_RQDPC		0x30		/* packets dropped for lack of descriptors */
#define IGB_SRRCTL_BSIZE_UNIT	1024		/* BSIZEPACKET, bits 6:0, in KiB */
#define IGB_SRRCTL_BSIZE_MAX	127
#define IGB_SRRCTL_ONE_BUFFER	(1u << 25)	/* advanced descriptors with one buffer */
#define IGB_SRRCTL_DROP_EN	(1u << 31)
#define IGB_DCTL_PTHRESH(n)	((uint32_t)(n) << 0)	/* prefetch when fewer are on the chip */
#define IGB_DCTL_HTHRESH(n)	((uint32_t)(n) << 8)	/* and at least so many in memory */
#define IGB_DCTL_WTHRESH(n)	((uint32_t)(n) << 16)	/* write back so many together */
#define IGB_DCTL_ENABLE		(1u << 25)
#define IGB_DCTL_SWFLSH		(1u << 26)

/* Statistics that e1000_regs.h lacks. */
#define IGB_SYMERRS		0x4008
#define IGB_SEC			0x4038
#define IGB_RQDPC_MAX		0xfff		/* it stays there when it is full */

/* IGB_RING_ALIGN - rings begin at multiples of so many bytes, and are as long. */
#define IGB_RING_ALIGN		128

/**
 * struct igb_desc - a descriptor, of any kind: two little-endian words of 64 bits.
 * @lo: address of a buffer; or what the chip writes.
 * @hi: the rest; written back by the chip as one.
 */
struct igb_desc {
	uint64_t lo;
	uint64_t hi;
};

/*
 * Advanced receive descriptor. For the chip: address of the buffer in @lo, 0 in @hi. From it, in
 * @lo: type of the hash, type of packet, hash; in @hi: status, errors, length, VLAN tag.
 */
#define IGB_RXD_RSS_TYPE(lo)	((uint32_t)(lo) & 0xf)		/* 0: there is no hash */
#define IGB_RXD_PTYPE(lo)	((uint32_t)(lo) >> 4 & 0x7f)
#define IGB_RXD_PTYPE_IPV4	(1u << 0)
#define IGB_RXD_PTYPE_IPV4E	(1u << 1)	/* with options */
#define IGB_RXD_PTYPE_IPV6	(1u << 2)
#define IGB_RXD_PTYPE_IPV6E	(1u << 3)	/* with extension headers */
#define IGB_RXD_PTYPE_TCP	(1u << 4)
#define IGB_RXD_PTYPE_UDP	(1u << 5)
#define IGB_RXD_PTYPE_SCTP	(1u << 6)
#define IGB_RXD_PTYPES		128
#define IGB_RXD_DD		(UINT64_C(1) << 0)	/* the chip is done with it */
#define IGB_RXD_EOP		(UINT64_C(1) << 1)	/* the packet ends here */
#define IGB_RXD_VP		(UINT64_C(1) << 3)	/* a VLAN tag was taken out */
#define IGB_RXD_L4CS		(UINT64_C(1) << 5)	/* L4 checksum was looked at */
#define IGB_RXD_IPCS		(UINT64_C(1) << 6)	/* IPv4 checksum was looked at */
#define IGB_RXD_L4E		(UINT64_C(1) << 29)	/* it is wrong */
#define IGB_RXD_IPE		(UINT64_C(1) << 30)	/* it is wrong */
#define IGB_RXD_RXE		(UINT64_C(1) << 31)	/* damaged */
#define IGB_RXD_LEN(hi)		((uint32_t)((hi) >> 32) & 0xffff)

/* Advanced transmit data descriptor: the buffer's address in @lo, the rest in @hi. */
#define IGB_TXD_LEN(n)		((uint64_t)(n) << 0)
#define IGB_TXD_DATA		(UINT64_C(3) << 20)
#define IGB_TXD_EOP		(UINT64_C(1) << 24)
#define IGB_TXD_IFCS		(UINT64_C(1) << 25)	/* append the CRC */
#define IGB_TXD_RS		(UINT64_C(1) << 27)	/* report when it is done */
#define IGB_TXD_DEXT		(UINT64_C(1) << 29)	/* is an advanced one */
#define IGB_TXD_VLE		(UINT64_C(1) << 30)	/* insert the VLAN tag of the context */
#define IGB_TXD_TSE		(UINT64_C(1) << 31)	/* cut it */
#define IGB_TXD_DD		(UINT64_C(1) << 32)	/* from the chip: it is done */
#define IGB_TXD_CTX(i)		((uint64_t)(i) << 36)	/* which context */
#define IGB_TXD_IXSM		(UINT64_C(1) << 40)	/* IPv4 checksum */
#define IGB_TXD_TXSM		(UINT64_C(1) << 41)	/* L4 checksum */
#define IGB_TXD_PAYLEN(n)	((uint64_t)(n) << 46)	/* bytes of the packet; if cut, of payload */

/* Advanced transmit context descriptor: what data descriptors after it refer to. In @lo and @hi. */
#define IGB_CTX_IPLEN(n)	((uint64_t)(n) << 0)
#define IGB_CTX_MACLEN(n)	((uint64_t)(n) << 9)
#define IGB_CTX_VLAN(tci)	((uint64_t)(tci) << 16)
#define IGB_CTX_IPV4		(UINT64_C(1) << 10)
#define IGB_CTX_UDP		(UINT64_C(0) << 11)
#define IGB_CTX_TCP		(UINT64_C(1) << 11)
#define IGB_CTX_SCTP		(UINT64_C(2) << 11)
#define IGB_CTX_DTYP		(UINT64_C(2) << 20)
#define IGB_CTX_DEXT		(UINT64_C(1) << 29)
#define IGB_CTX_IDX(i)		((uint64_t)(i) << 36)
#define IGB_CTX_L4LEN(n)	((uint64_t)(n) << 40)
#define IGB_CTX_MSS(n)		((uint64_t)(n) << 48)
/* IGB_NB_CTX - contexts that a queue remembers. */
#define IGB_NB_CTX		2

#endif
