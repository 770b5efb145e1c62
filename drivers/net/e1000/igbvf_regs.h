/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IGBVF_REGS_H
#define IGBVF_REGS_H
/**
 * DOC: Registers of a virtual function, and what it says to its PF.
 *
 * Registers and the mailbox are those of virtual functions in the 82576 Datasheet. Interrupts
 * (VTEIMS and so on) are where the PF has its own. The messages are a convention of the PF's driver,
 * which are Linux's and DPDK's igb.
 */
#include "igb_regs.h"

#define IGBVF_DEV_82576		0x10ca
/** IGBVF_BAR_SIZE - bytes of BAR 0. */
#define IGBVF_BAR_SIZE		0x4000
/** IGBVF_QUEUES_MAX - queues of a VF. */
#define IGBVF_QUEUES_MAX	2

/* A queue's registers, as IGB_RXQ and IGB_TXQ. */
#define IGBVF_RXQ(q)		(0x2800 + 0x100 * (q))
#define IGBVF_TXQ(q)		(0x3800 + 0x100 * (q))

/* Vectors: VTIVAR has a byte for Rx 0, Tx 0, Rx 1, Tx 1; VTIVAR_MISC one for the mailbox. */
#define IGBVF_IVAR		IGB_IVAR(0)
#define IGBVF_IVAR_RX(q, v)	((uint32_t)((v) | IGB_IVAR_VALID) << ((q) * 16))
#define IGBVF_IVAR_MISC		IGB_IVAR_MISC

/* Statistics: not cleared by reading, they wrap. */
#define IGBVF_GPRC		0x0f10
#define IGBVF_GPTC		0x0f14
#define IGBVF_GORC		0x0f18
#define IGBVF_GOTC		0x0f34
#define IGBVF_MPRC		0x0f3c
#define IGBVF_GPRLBC		0x0f40		/* from other VFs, and to them */
#define IGBVF_GPTLBC		0x0f44
#define IGBVF_GORLBC		0x0f48
#define IGBVF_GOTLBC		0x0f50

/* The mailbox: V2PMailbox, and the message that both sides write. */
#define IGBVF_MBX		0x0c40
#define IGBVF_MBX_REQ		(1u << 0)	/* a message for the PF is there */
#define IGBVF_MBX_ACK		(1u << 1)	/* the one from the PF was read */
#define IGBVF_MBX_VFU		(1u << 2)	/* the VF has the buffer */
#define IGBVF_MBX_PFU		(1u << 3)	/* the PF has it */
#define IGBVF_MBX_PFSTS		(1u << 4)	/* a message from the PF is there */
#define IGBVF_MBX_PFACK		(1u << 5)	/* the PF has read ours */
#define IGBVF_MBX_RSTI		(1u << 6)	/* the PF is being reset */
#define IGBVF_MBX_RSTD		(1u << 7)	/* it was reset */
/* Those that reading clears. */
#define IGBVF_MBX_EVENTS	(IGBVF_MBX_PFSTS | IGBVF_MBX_PFACK | IGBVF_MBX_RSTD)
#define IGBVF_MBX_MEM(word)	(0x0800 + 4 * (word))
#define IGBVF_MBX_WORDS		16

/* First word of a message: what, and about how many or whether; the answer has one more bit. */
#define IGBVF_MSG_INFO(n)	((uint32_t)(n) << 16)
#define IGBVF_MSG_TYPE		0xffffu
#define IGBVF_MSG_CTS		(1u << 29)	/* the PF knows that the VF was reset */
#define IGBVF_MSG_NACK		(1u << 30)
#define IGBVF_MSG_ACK		(1u << 31)
#define IGBVF_MSG_RESET		0x01		/* answer: the VF's address in words 1 and 2 */
#define IGBVF_MSG_SET_MAC	0x02		/* address in words 1 and 2 */
#define IGBVF_MSG_FILTER_CLEAR	IGBVF_MSG_INFO(1)	/* no more addresses */
#define IGBVF_MSG_FILTER_ADD	IGBVF_MSG_INFO(2)	/* one more address */
#define IGBVF_MSG_SET_MULTICAST	0x03		/* info: how many hashes of 16 bits follow */
#define IGBVF_MSG_SET_VLAN	0x04		/* info: 1 or 0; VLAN in word 1 */
#define IGBVF_MSG_SET_LPE	0x05		/* longest frame, with CRC, in word 1 */
#define IGBVF_MSG_SET_PROMISC	0x06		/* info: what is received; 0: no more */
#define IGBVF_MSG_ALL_MULTICAST	IGBVF_MSG_INFO(2)
#define IGBVF_MSG_PF_CONTROL	0x0100		/* from the PF: it lives, something has changed */
#define IGBVF_MULTICAST_MAX	(2 * (IGBVF_MBX_WORDS - 1))

#endif
