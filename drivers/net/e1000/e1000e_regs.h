/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef E1000E_REGS_H
#define E1000E_REGS_H
/**
 * DOC: Registers and descriptors of the 82574 and 82583V that are not in e1000_regs.h.
 *
 * Sections are of the Intel 82574 GbE Controller Family Datasheet (317694).
 */
#include "e1000_regs.h"

/* Who has the PHY. */
#define E1000E_EXTCNF_CTRL	0x0f00
#define E1000E_EXTCNF_MDIO_SW	(1u << 5)	/* software has the PHY; stays 0 while firmware has it */

/* 10.2.4 Interrupts. */
#define E1000E_EIAC		0x00dc	/* causes that an MSI-X message clears */
#define E1000E_IVAR		0x00e4	/* which vector a cause has: a nibble each */
#define E1000E_IVAR_RXQ(q, vector)	((8u | (vector)) << (4 * (q)))
#define E1000E_IVAR_OTHER(vector)	((8u | (vector)) << 16)
#define E1000E_EITR(vector)	(0x00e8 + 4 * (vector))	/* least gap between messages, 256 ns */
#define E1000E_INT_RXQ(q)	(1u << (20 + (q)))
#define E1000E_INT_OTHER	(1u << 24)	/* a cause without a bit of its own above */

/* 10.2.5 Receive. */
#define E1000E_RCTL_FLXBUF(kib)	((uint32_t)(kib) << 27)	/* KiB of a buffer; 0: BSIZE says it */
#define E1000E_FLXBUF_MAX	15
#define E1000E_RDBAL(q)		(0x2800 + 0x100 * (q))
#define E1000E_RDBAH(q)		(0x2804 + 0x100 * (q))
#define E1000E_RDLEN(q)		(0x2808 + 0x100 * (q))	/* bytes */
#define E1000E_RDH(q)		(0x2810 + 0x100 * (q))
#define E1000E_RDT(q)		(0x2818 + 0x100 * (q))
#define E1000E_RDTR		0x2820
#define E1000E_RXDCTL(q)	(0x2828 + 0x100 * (q))
#define E1000E_RADV		0x282c
#define E1000E_MRQC_RSS		1u
#define E1000E_MRQC_TCP_IPV4	(1u << 16)
#define E1000E_MRQC_IPV4	(1u << 17)
#define E1000E_MRQC_TCP_IPV6	(1u << 18)
#define E1000E_MRQC_IPV6_EX	(1u << 19)
#define E1000E_MRQC_IPV6	(1u << 20)
#define E1000E_RETA_QUEUE(q)	((uint32_t)(q) << 7)	/* the queue is the top bit of an entry */

/* 10.2.6 Transmit. */
#define E1000E_TDBAL(q)		(0x3800 + 0x100 * (q))
#define E1000E_TDBAH(q)		(0x3804 + 0x100 * (q))
#define E1000E_TDLEN(q)		(0x3808 + 0x100 * (q))
#define E1000E_TDH(q)		(0x3810 + 0x100 * (q))
#define E1000E_TDT(q)		(0x3818 + 0x100 * (q))
#define E1000E_TXDCTL(q)	(0x3828 + 0x100 * (q))
#define E1000E_TARC(q)		(0x3840 + 0x100 * (q))
#define E1000E_TARC_ENABLE	(1u << 10)

/* RXDCTL and TXDCTL: when descriptors are fetched and written back. */
#define E1000E_DCTL_PTHRESH(n)	(n)
#define E1000E_DCTL_HTHRESH(n)	((uint32_t)(n) << 8)
#define E1000E_DCTL_WTHRESH(n)	((uint32_t)(n) << 16)
#define E1000E_DCTL_ONE		(1u << 22)	/* TXDCTL: reserved, to be set */
#define E1000E_DCTL_GRAN	(1u << 24)	/* thresholds are descriptors, not cache lines */

/** E1000E_QUEUES_MAX - Rx and Tx queues of the 82574. */
#define E1000E_QUEUES_MAX 2
/** E1000E_DESC_ALIGN - RDLEN and TDLEN are multiples of 128 bytes. */
#define E1000E_DESC_ALIGN 8
/** E1000E_RING_ALIGN - rings start at a multiple of so many bytes; 16 is asked for. */
#define E1000E_RING_ALIGN 128
/** E1000E_FRAME_MAX - bytes of the longest frame the MAC takes with RCTL.LPE, CRC included. */
#define E1000E_FRAME_MAX 16384

/**
 * union e1000e_rx_desc - an extended receive descriptor.
 * @read: what the driver writes: the buffer, and 0 over the status of before.
 * @wb: what the device writes: hash and its type; status, length and VLAN tag, which are one 64-bit
 *	word and so are read at once.
 */
union e1000e_rx_desc {
	struct {
		uint64_t addr;
		uint64_t zero;
	} read;
	struct {
		uint32_t mrq;
		uint32_t rss;
		uint64_t status;
	} wb;
};

/* Status: bits 0 to 31; length 32 to 47; VLAN tag 48 to 63. */
#define E1000E_RXD_DD		(1u << 0)	/* descriptor done */
#define E1000E_RXD_EOP		(1u << 1)	/* end of packet */
#define E1000E_RXD_VP		(1u << 3)	/* a tag was taken out */
#define E1000E_RXD_TCPCS	(1u << 5)	/* TCP or UDP checksum was looked at */
#define E1000E_RXD_IPCS		(1u << 6)	/* IPv4 checksum was looked at */
#define E1000E_RXD_CE		(1u << 24)	/* CRC or alignment error */
#define E1000E_RXD_SE		(1u << 25)	/* symbol error */
#define E1000E_RXD_SEQ		(1u << 26)	/* sequence error */
#define E1000E_RXD_CXE		(1u << 28)	/* carrier extension error */
#define E1000E_RXD_TCPE		(1u << 29)	/* TCP or UDP checksum is wrong */
#define E1000E_RXD_IPE		(1u << 30)	/* IPv4 checksum is wrong */
#define E1000E_RXD_RXE		(1u << 31)	/* data error */
#define E1000E_RXD_FRAME_ERRORS	(E1000E_RXD_CE | E1000E_RXD_SE | E1000E_RXD_SEQ | \
	E1000E_RXD_CXE | E1000E_RXD_RXE)
#define E1000E_RXD_LEN(status)	((uint16_t)((status) >> 32))
#define E1000E_RXD_VLAN(status)	((uint16_t)((status) >> 48))
/* wb.mrq: what was hashed; 0: nothing. */
#define E1000E_RXD_RSS_TYPE(mrq) ((mrq) & 0xf)

/**
 * struct e1000e_tx_desc - a TCP/IP data descriptor or a TCP/IP context descriptor.
 * @addr: buffer; or where checksums are.
 * @cmd: length, type, command, status and options.
 */
struct e1000e_tx_desc {
	uint64_t addr;
	uint64_t cmd;
};

/* Both kinds. */
#define E1000E_TXD_RS		(UINT64_C(1) << 27)	/* report status */
#define E1000E_TXD_DEXT		(UINT64_C(1) << 29)	/* not the legacy format */
#define E1000E_TXD_DD		(UINT64_C(1) << 32)	/* done; written by the device if RS is set */
/* Data descriptors: length in bits 0 to 19. */
#define E1000E_TXD_DATA		(UINT64_C(1) << 20 | E1000E_TXD_DEXT)
#define E1000E_TXD_EOP		(UINT64_C(1) << 24)
#define E1000E_TXD_IFCS		(UINT64_C(1) << 25)	/* add the CRC */
#define E1000E_TXD_TSE		(UINT64_C(1) << 26)	/* cut, as the context says */
#define E1000E_TXD_VLE		(UINT64_C(1) << 30)	/* insert a tag */
#define E1000E_TXD_IXSM		(UINT64_C(1) << 40)	/* IPv4 checksum */
#define E1000E_TXD_TXSM		(UINT64_C(1) << 41)	/* TCP or UDP checksum */
#define E1000E_TXD_VLAN(tci)	((uint64_t)(tci) << 48)
/* Context descriptors: bytes to be cut in bits 0 to 19 of cmd. */
#define E1000E_TXC_TCP		(UINT64_C(1) << 24)
#define E1000E_TXC_IPV4		(UINT64_C(1) << 25)
#define E1000E_TXC_TSE		(UINT64_C(1) << 26)
#define E1000E_TXC_HDRLEN(n)	((uint64_t)(n) << 40)
#define E1000E_TXC_MSS(n)	((uint64_t)(n) << 48)
#define E1000E_TXC_IPCSS(n)	((uint64_t)(n))		/* IP header from here */
#define E1000E_TXC_IPCSO(n)	((uint64_t)(n) << 8)	/* its checksum is here */
#define E1000E_TXC_IPCSE(n)	((uint64_t)(n) << 16)	/* last byte of it */
#define E1000E_TXC_TUCSS(n)	((uint64_t)(n) << 32)	/* TCP or UDP from here to the end */
#define E1000E_TXC_TUCSO(n)	((uint64_t)(n) << 40)	/* its checksum is here */

#endif
