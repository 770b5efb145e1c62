/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VMXNET3_SPEC_H
#define VMXNET3_SPEC_H
/**
 * DOC: The device as it is seen from outside: registers, commands, shared memory, descriptors.
 *
 * VMware never published a datasheet. Facts (numbers, layouts, meanings) are those on which its own
 * Linux driver (drivers/net/vmxnet3/vmxnet3_defs.h, upt1_defs.h and vmxnet3_drv.c), QEMU's model
 * (hw/net/vmxnet3.c, vmxnet3.h) and DPDK's driver (drivers/net/vmxnet3) agree; where one of them
 * knows more, it is named. All is little endian. Everything here is of revision 1, which every
 * device has.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** VMXNET3_PCI_VENDOR - VMware. */
#define VMXNET3_PCI_VENDOR 0x15ad
/** VMXNET3_PCI_DEVICE - vmxnet3. */
#define VMXNET3_PCI_DEVICE 0x07b0

/** VMXNET3_BAR_DATA - number of the BAR with what the data path needs. */
#define VMXNET3_BAR_DATA 0
/** VMXNET3_BAR_CONTROL - number of the BAR with all else. */
#define VMXNET3_BAR_CONTROL 1
/** VMXNET3_BAR_SIZE - bytes of each of the two. */
#define VMXNET3_BAR_SIZE 4096

/** VMXNET3_IMR() - data: 1 masks interrupt @i. */
#define VMXNET3_IMR(i) (0x000u + 8u * (i))
/** VMXNET3_TXPROD() - data: where the driver will fill Tx ring @q next; the doorbell. */
#define VMXNET3_TXPROD(q) (0x600u + 8u * (q))
/** VMXNET3_RXPROD() - data: where the driver will fill the first Rx ring of queue @q next. */
#define VMXNET3_RXPROD(q) (0x800u + 8u * (q))
/** VMXNET3_RXPROD2() - data: as VMXNET3_RXPROD(), of the second Rx ring. */
#define VMXNET3_RXPROD2(q) (0xa00u + 8u * (q))

/**
 * VMXNET3_VRRS - control: reads as a bit for each revision that there is; the chosen bit is
 * written.
 */
#define VMXNET3_VRRS 0x00
/** VMXNET3_UVRS - control: as VMXNET3_VRRS, version of the UPT part (queue descriptors, RSS). */
#define VMXNET3_UVRS 0x08
/** VMXNET3_DSAL - control: address of struct vmxnet3_shared, the low half; written first. */
#define VMXNET3_DSAL 0x10
/** VMXNET3_DSAH - control: the high half. */
#define VMXNET3_DSAH 0x18
/** VMXNET3_CMD - control: command; reads as the result of the last one. */
#define VMXNET3_CMD 0x20
/** VMXNET3_MACL - control: the first four bytes of the MAC address, the first one lowest. */
#define VMXNET3_MACL 0x28
/** VMXNET3_MACH - control: the other two; the write takes effect. */
#define VMXNET3_MACH 0x30
/** VMXNET3_ICR - control: is INTx ours? Reading it lowers the line. */
#define VMXNET3_ICR 0x38
/** VMXNET3_ECR - control: clears the bits of vmxnet3_shared.ecr that are written. */
#define VMXNET3_ECR 0x40

/** VMXNET3_REVISION_1 - bit of VMXNET3_VRRS and VMXNET3_UVRS. */
#define VMXNET3_REVISION_1 0x1u

/**
 * enum vmxnet3_cmd - commands; those from 0xf00d0000 on ask, the others tell: they return 0 if all
 * is fine.
 */
enum vmxnet3_cmd {
	VMXNET3_CMD_ACTIVATE_DEV	= 0xcafe0000,
	VMXNET3_CMD_QUIESCE_DEV		= 0xcafe0001,
	VMXNET3_CMD_RESET_DEV		= 0xcafe0002,
	VMXNET3_CMD_UPDATE_RX_MODE	= 0xcafe0003,
	VMXNET3_CMD_UPDATE_MAC_FILTERS	= 0xcafe0004,
	VMXNET3_CMD_UPDATE_VLAN_FILTERS	= 0xcafe0005,
	VMXNET3_CMD_UPDATE_RSSIDT	= 0xcafe0006,
	VMXNET3_CMD_UPDATE_FEATURE	= 0xcafe0009,
	VMXNET3_CMD_GET_QUEUE_STATUS	= 0xf00d0000,
	VMXNET3_CMD_GET_STATS		= 0xf00d0001,
	VMXNET3_CMD_GET_LINK		= 0xf00d0002,
	VMXNET3_CMD_GET_PERM_MAC_LO	= 0xf00d0003,
	VMXNET3_CMD_GET_PERM_MAC_HI	= 0xf00d0004,
	VMXNET3_CMD_GET_CONF_INTR	= 0xf00d0008,
};

/** VMXNET3_LINK_UP - bit of what GET_LINK returns; Mbit/s are in the upper half. */
#define VMXNET3_LINK_UP 0x1u
/**
 * VMXNET3_INTR_MASK_MODE() - of what GET_CONF_INTR returns: 0: the device masks what it signals.
 */
#define VMXNET3_INTR_MASK_MODE(conf) (((conf) >> 2) & 3)

/** VMXNET3_ECR_RQERR - event: the device stopped an Rx queue. */
#define VMXNET3_ECR_RQERR 0x01u
/** VMXNET3_ECR_TQERR - event: the device stopped a Tx queue. */
#define VMXNET3_ECR_TQERR 0x02u
/** VMXNET3_ECR_LINK - event: the link changed. */
#define VMXNET3_ECR_LINK 0x04u

/** VMXNET3_F_RXCSUM - feature: check checksums of what is received. */
#define VMXNET3_F_RXCSUM 0x1u
/** VMXNET3_F_RSS - feature: spread over queues by vmxnet3_shared.rss. */
#define VMXNET3_F_RSS 0x2u
/** VMXNET3_F_RXVLAN - feature: strip VLAN tags. */
#define VMXNET3_F_RXVLAN 0x4u

/** VMXNET3_RXM_UCAST - receive what is for the MAC address. */
#define VMXNET3_RXM_UCAST 0x01u
/** VMXNET3_RXM_MCAST - multicast of the table. */
#define VMXNET3_RXM_MCAST 0x02u
/** VMXNET3_RXM_BCAST - broadcast. */
#define VMXNET3_RXM_BCAST 0x04u
/** VMXNET3_RXM_ALL_MULTI - all multicast. */
#define VMXNET3_RXM_ALL_MULTI 0x08u
/** VMXNET3_RXM_PROMISC - all. */
#define VMXNET3_RXM_PROMISC 0x10u

/** VMXNET3_MAGIC - vmxnet3_shared.magic. */
#define VMXNET3_MAGIC 0xbabefee1u
/** VMXNET3_GOS - we are Linux, 64 bits. QEMU gives Windows no packets in several buffers. */
#define VMXNET3_GOS (2u | 1u << 2)
/** VMXNET3_IC_DISABLE_ALL - vmxnet3_shared.intr_ctrl: no interrupts at all. */
#define VMXNET3_IC_DISABLE_ALL 0x1u
/** VMXNET3_MAX_INTRS - interrupts of a device. */
#define VMXNET3_MAX_INTRS 25

/** VMXNET3_MAX_TX_QUEUES - Tx queues. */
#define VMXNET3_MAX_TX_QUEUES 8
/** VMXNET3_MAX_RX_QUEUES - Rx queues. */
#define VMXNET3_MAX_RX_QUEUES 16
/** VMXNET3_MAX_RX_QUEUES_REV1 - of a device which is revision 1 and no more: QEMU's. */
#define VMXNET3_MAX_RX_QUEUES_REV1 8

/** VMXNET3_RING_MIN - fewest descriptors; their number is a multiple of it too. */
#define VMXNET3_RING_MIN 32
/** VMXNET3_RING_MAX - most descriptors; a completion ring of Rx may have twice as many. */
#define VMXNET3_RING_MAX 4096
/** VMXNET3_RING_ALIGN - bytes to which rings are aligned. */
#define VMXNET3_RING_ALIGN 512
/** VMXNET3_SHARED_ALIGN - bytes to which what is shared is aligned. */
#define VMXNET3_SHARED_ALIGN 128
/** VMXNET3_TX_BUF_MAX - bytes of a Tx buffer. */
#define VMXNET3_TX_BUF_MAX 16384
/** VMXNET3_RX_BUF_MAX - bytes of an Rx buffer. */
#define VMXNET3_RX_BUF_MAX 16383
/** VMXNET3_RX_BUF_MIN - bytes of the first Rx buffer of a packet. */
#define VMXNET3_RX_BUF_MIN 128
/** VMXNET3_TXD_PER_PKT - most descriptors of a packet. */
#define VMXNET3_TXD_PER_PKT 16
/** VMXNET3_TXD_PER_TSO - most descriptors of a packet that is to be cut (Linux). */
#define VMXNET3_TXD_PER_TSO 24
/** VMXNET3_DATA_SIZE - bytes of an entry of the Tx data ring. */
#define VMXNET3_DATA_SIZE 128
/** VMXNET3_MTU_MAX - largest MTU; QEMU ends by an assertion above. */
#define VMXNET3_MTU_MAX 9000

/** struct vmxnet3_desc - descriptor of a Tx or Rx ring. @addr: of the buffer. @word: all else. */
struct vmxnet3_desc {
	uint64_t addr;
	uint64_t word;
};

/**
 * struct vmxnet3_comp - completion; see VMXNET3_TXC_* and VMXNET3_RXC_*. The device writes @hi
 * last.
 */
struct vmxnet3_comp {
	uint64_t lo;
	uint64_t hi;
};

/* vmxnet3_desc.word of Tx. All but length and generation are those of the first descriptor. */
/** VMXNET3_TXD_LEN - bytes; 0 stands for 16384. */
#define VMXNET3_TXD_LEN UINT64_C(0x3fff)
/** VMXNET3_TXD_GEN - the generation: the device takes descriptors while it is that of its round. */
#define VMXNET3_TXD_GEN (UINT64_C(1) << 14)
/** VMXNET3_TXD_MSSCOF() - payload of a segment with TSO; where the checksum goes with CSUM. */
#define VMXNET3_TXD_MSSCOF(v) ((uint64_t)(v) << 18)
/** VMXNET3_TXD_HLEN() - all headers with TSO; where the checksum begins with CSUM. */
#define VMXNET3_TXD_HLEN(v) ((uint64_t)(v) << 32)
/** VMXNET3_TXD_OM_CSUM - offload: checksum of TCP or UDP. */
#define VMXNET3_TXD_OM_CSUM (UINT64_C(2) << 42)
/** VMXNET3_TXD_OM_TSO - offload: cut TCP, with its checksums and IPv4's. */
#define VMXNET3_TXD_OM_TSO (UINT64_C(3) << 42)
/** VMXNET3_TXD_EOP - last descriptor of a packet. */
#define VMXNET3_TXD_EOP (UINT64_C(1) << 44)
/** VMXNET3_TXD_CQ - complete the packet; with EOP. */
#define VMXNET3_TXD_CQ (UINT64_C(1) << 45)
/** VMXNET3_TXD_TI() - insert a VLAN tag. */
#define VMXNET3_TXD_TI(tci) (UINT64_C(1) << 47 | (uint64_t)(tci) << 48)

/** VMXNET3_TXC_IDX - vmxnet3_comp.lo of Tx: last descriptor of the packet. */
#define VMXNET3_TXC_IDX UINT64_C(0xfff)
/** VMXNET3_COMP_GEN - vmxnet3_comp.hi: the generation: 1 in the first round, 0 in the second... */
#define VMXNET3_COMP_GEN (UINT64_C(1) << 63)

/* vmxnet3_desc.word of Rx. */
/** VMXNET3_RXD_BODY - not for the start of a packet. */
#define VMXNET3_RXD_BODY (UINT64_C(1) << 14)
/** VMXNET3_RXD_GEN - the generation. */
#define VMXNET3_RXD_GEN (UINT64_C(1) << 31)

/* vmxnet3_comp.lo of Rx. */
/** VMXNET3_RXC_IDX - the descriptor. */
#define VMXNET3_RXC_IDX UINT64_C(0xfff)
/** VMXNET3_RXC_EOP - end of a packet. */
#define VMXNET3_RXC_EOP (UINT64_C(1) << 14)
/** VMXNET3_RXC_SOP - start of a packet. */
#define VMXNET3_RXC_SOP (UINT64_C(1) << 15)
/** VMXNET3_RXC_RQID() - queue; plus the number of queues for the second ring. */
#define VMXNET3_RXC_RQID(v) ((uint64_t)(v) << 16)
/** VMXNET3_RXC_RQID_GET() - the same, read. */
#define VMXNET3_RXC_RQID_GET(lo) ((uint16_t)((lo) >> 16) & 0x3ff)
/** VMXNET3_RXC_RSS - kind of hash; at the start of a packet. */
#define VMXNET3_RXC_RSS (UINT64_C(0xf) << 26)
/** VMXNET3_RXC_CNC - checksums were not looked at; at the end of a packet, as the others below. */
#define VMXNET3_RXC_CNC (UINT64_C(1) << 30)
/** VMXNET3_RXC_HASH() - the hash. */
#define VMXNET3_RXC_HASH(lo) ((uint32_t)((lo) >> 32))

/* vmxnet3_comp.hi of Rx. */
/** VMXNET3_RXC_LEN - bytes in the buffer. */
#define VMXNET3_RXC_LEN UINT64_C(0x3fff)
/** VMXNET3_RXC_ERR - the packet is not whole. */
#define VMXNET3_RXC_ERR (UINT64_C(1) << 14)
/** VMXNET3_RXC_TS - a VLAN tag was stripped. */
#define VMXNET3_RXC_TS (UINT64_C(1) << 15)
/** VMXNET3_RXC_TCI() - which. */
#define VMXNET3_RXC_TCI(hi) ((uint16_t)((hi) >> 16))
/** VMXNET3_RXC_TUC - the TCP or UDP checksum is right. */
#define VMXNET3_RXC_TUC (UINT64_C(1) << 48)
/** VMXNET3_RXC_UDP - it is UDP. */
#define VMXNET3_RXC_UDP (UINT64_C(1) << 49)
/** VMXNET3_RXC_TCP - it is TCP. */
#define VMXNET3_RXC_TCP (UINT64_C(1) << 50)
/** VMXNET3_RXC_IPC - the IPv4 header checksum is right. */
#define VMXNET3_RXC_IPC (UINT64_C(1) << 51)
/** VMXNET3_RXC_V6 - it is IPv6. */
#define VMXNET3_RXC_V6 (UINT64_C(1) << 52)
/** VMXNET3_RXC_V4 - it is IPv4. */
#define VMXNET3_RXC_V4 (UINT64_C(1) << 53)
/** VMXNET3_RXC_FRG - it is a fragment. */
#define VMXNET3_RXC_FRG (UINT64_C(1) << 54)

/** VMXNET3_RSS_IPV4 - vmxnet3_rss.hash_type: addresses of IPv4. */
#define VMXNET3_RSS_IPV4 0x01
/** VMXNET3_RSS_TCP_IPV4 - addresses and ports of TCP over IPv4. */
#define VMXNET3_RSS_TCP_IPV4 0x02
/** VMXNET3_RSS_IPV6 - addresses of IPv6. */
#define VMXNET3_RSS_IPV6 0x04
/** VMXNET3_RSS_TCP_IPV6 - addresses and ports of TCP over IPv6. */
#define VMXNET3_RSS_TCP_IPV6 0x08
/** VMXNET3_RSS_TOEPLITZ - vmxnet3_rss.hash_func. */
#define VMXNET3_RSS_TOEPLITZ 1
/** VMXNET3_RSS_KEY_SIZE - bytes of the key. */
#define VMXNET3_RSS_KEY_SIZE 40
/** VMXNET3_RSS_TABLE_SIZE - entries of the table. */
#define VMXNET3_RSS_TABLE_SIZE 128

/**
 * struct vmxnet3_rss - how packets are spread over queues. @ind_table: queues by the hash's low
 * bits.
 */
struct vmxnet3_rss {
	uint16_t hash_type;
	uint16_t hash_func;
	uint16_t hash_key_size;
	uint16_t ind_table_size;
	uint8_t hash_key[VMXNET3_RSS_KEY_SIZE];
	uint8_t ind_table[VMXNET3_RSS_TABLE_SIZE];
};

/** struct vmxnet3_part - a part of the configuration in a place of its own. */
struct vmxnet3_part {
	uint32_t version;
	uint32_t len;
	uint64_t addr;
};

/**
 * struct vmxnet3_shared - the configuration of the device, which reads it at some commands.
 * @magic: VMXNET3_MAGIC.
 * @driver_version: ours; free to choose.
 * @gos: VMXNET3_GOS.
 * @revision: as chosen by VMXNET3_VRRS.
 * @upt_version: as chosen by VMXNET3_UVRS.
 * @features: VMXNET3_F_*.
 * @driver_data: not used by devices; as @driver_data_len.
 * @queue_descs: address of struct vmxnet3_tx_desc of all Tx queues, then vmxnet3_rx_desc of Rx
 *	ones.
 * @queue_descs_len: bytes of these.
 * @mtu: in bytes.
 * @max_rx_sg: most buffers of a packet.
 * @nb_txq: Tx queues, a power of two.
 * @nb_rxq: Rx queues, a power of two.
 * @auto_mask: the device masks an interrupt when it signals it.
 * @nb_intrs: interrupts in use.
 * @event_intr: the one for events.
 * @moderation: of each interrupt; 0: none.
 * @intr_ctrl: VMXNET3_IC_*.
 * @rx_mode: VMXNET3_RXM_*.
 * @mc_table_len: bytes of the multicast table.
 * @mc_table: its address; addresses of 6 bytes each.
 * @vlan_table: a bit for each VLAN that is received. Bit 0 stands for no tag.
 * @rss: where struct vmxnet3_rss is.
 * @power: wake on LAN; not used.
 * @plugin: not used.
 * @ecr: VMXNET3_ECR_*, set by the device.
 */
struct vmxnet3_shared {
	uint32_t magic;
	uint32_t pad0;
	uint32_t driver_version;
	uint32_t gos;
	uint32_t revision;
	uint32_t upt_version;
	uint64_t features;
	uint64_t driver_data;
	uint64_t queue_descs;
	uint32_t driver_data_len;
	uint32_t queue_descs_len;
	uint32_t mtu;
	uint16_t max_rx_sg;
	uint8_t nb_txq;
	uint8_t nb_rxq;
	uint32_t reserved0[4];
	uint8_t auto_mask;
	uint8_t nb_intrs;
	uint8_t event_intr;
	uint8_t moderation[VMXNET3_MAX_INTRS];
	uint32_t intr_ctrl;
	uint32_t reserved1[2];
	uint32_t rx_mode;
	uint16_t mc_table_len;
	uint16_t pad1;
	uint64_t mc_table;
	uint32_t vlan_table[4096 / 32];
	struct vmxnet3_part rss;
	struct vmxnet3_part power;
	struct vmxnet3_part plugin;
	uint32_t ecr;
	uint32_t reserved2[5];
};

PLX_STATIC_ASSERT(offsetof(struct vmxnet3_shared, mtu) == 56, "layout");
PLX_STATIC_ASSERT(offsetof(struct vmxnet3_shared, auto_mask) == 80, "layout");
PLX_STATIC_ASSERT(offsetof(struct vmxnet3_shared, intr_ctrl) == 108, "layout");
PLX_STATIC_ASSERT(offsetof(struct vmxnet3_shared, rx_mode) == 120, "layout");
PLX_STATIC_ASSERT(offsetof(struct vmxnet3_shared, vlan_table) == 136, "layout");
PLX_STATIC_ASSERT(offsetof(struct vmxnet3_shared, rss) == 648, "layout");
PLX_STATIC_ASSERT(offsetof(struct vmxnet3_shared, ecr) == 696, "layout");
PLX_STATIC_ASSERT(sizeof(struct vmxnet3_shared) == 720, "layout");

/** VMXNET3_NB_STATS - counters of a queue. */
#define VMXNET3_NB_STATS 10

/** enum vmxnet3_tx_stat - counters of a Tx queue since the device was activated. */
enum vmxnet3_tx_stat {
	VMXNET3_TX_TSO_PKTS,
	VMXNET3_TX_TSO_BYTES,
	VMXNET3_TX_UCAST_PKTS,
	VMXNET3_TX_UCAST_BYTES,
	VMXNET3_TX_MCAST_PKTS,
	VMXNET3_TX_MCAST_BYTES,
	VMXNET3_TX_BCAST_PKTS,
	VMXNET3_TX_BCAST_BYTES,
	VMXNET3_TX_ERRORS,
	VMXNET3_TX_DISCARDS,
};

/** enum vmxnet3_rx_stat - counters of an Rx queue. */
enum vmxnet3_rx_stat {
	VMXNET3_RX_LRO_PKTS,
	VMXNET3_RX_LRO_BYTES,
	VMXNET3_RX_UCAST_PKTS,
	VMXNET3_RX_UCAST_BYTES,
	VMXNET3_RX_MCAST_PKTS,
	VMXNET3_RX_MCAST_BYTES,
	VMXNET3_RX_BCAST_PKTS,
	VMXNET3_RX_BCAST_BYTES,
	VMXNET3_RX_OUT_OF_BUF,
	VMXNET3_RX_ERRORS,
};

/** struct vmxnet3_status - written at GET_QUEUE_STATUS. @stopped: by the device. @error: why. */
struct vmxnet3_status {
	uint8_t stopped;
	uint8_t pad[3];
	uint32_t error;
};

/**
 * struct vmxnet3_tx_desc - a Tx queue.
 * @nb_deferred: packets for which the doorbell was not rung yet.
 * @threshold: so many the device bears.
 * @ring: address, 0 modulo VMXNET3_RING_ALIGN, as those that follow.
 * @data: of the data ring.
 * @comp: of the completion ring.
 * @ring_size: descriptors.
 * @data_size: entries.
 * @comp_size: completions.
 * @intr: its interrupt.
 * @status: of the queue.
 * @stats: written at GET_STATS.
 */
struct vmxnet3_tx_desc {
	uint32_t nb_deferred;
	uint32_t threshold;
	uint64_t reserved0;
	uint64_t ring;
	uint64_t data;
	uint64_t comp;
	uint64_t driver_data;
	uint64_t reserved1;
	uint32_t ring_size;
	uint32_t data_size;
	uint32_t comp_size;
	uint32_t driver_data_len;
	uint8_t intr;
	uint8_t pad0[7];
	struct vmxnet3_status status;
	uint64_t stats[VMXNET3_NB_STATS];
	uint8_t pad1[88];
};

/**
 * struct vmxnet3_rx_desc - an Rx queue; as struct vmxnet3_tx_desc.
 * @update_prod: the device wants to be told by VMXNET3_RXPROD of buffers.
 * @ring: of the two rings; the second one has buffers that are not for the start of a packet.
 */
struct vmxnet3_rx_desc {
	uint8_t update_prod;
	uint8_t pad0[7];
	uint64_t reserved0;
	uint64_t ring[2];
	uint64_t comp;
	uint64_t driver_data;
	uint64_t reserved1;
	uint32_t ring_size[2];
	uint32_t comp_size;
	uint32_t driver_data_len;
	uint8_t intr;
	uint8_t pad1[7];
	struct vmxnet3_status status;
	uint64_t stats[VMXNET3_NB_STATS];
	uint8_t pad2[88];
};

PLX_STATIC_ASSERT(offsetof(struct vmxnet3_tx_desc, intr) == 72, "layout");
PLX_STATIC_ASSERT(offsetof(struct vmxnet3_rx_desc, intr) == 72, "layout");
PLX_STATIC_ASSERT(offsetof(struct vmxnet3_tx_desc, status) == 80, "layout");
PLX_STATIC_ASSERT(offsetof(struct vmxnet3_rx_desc, status) == 80, "layout");
PLX_STATIC_ASSERT(sizeof(struct vmxnet3_tx_desc) == 256, "layout");
PLX_STATIC_ASSERT(sizeof(struct vmxnet3_rx_desc) == 256, "layout");

PLX_END_DECLS
#endif
