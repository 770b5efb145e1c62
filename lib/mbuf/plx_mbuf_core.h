/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_MBUF_CORE_H
#define PLX_MBUF_CORE_H
/**
 * DOC: The packet buffer's descriptor and its flags. Programs include <plx_mbuf.h>.
 *
 * One mbuf is one segment: this descriptor, the private bytes of the application (priv_size), and
 * the buffer, in that order in one object of a mempool. A packet is one mbuf or a chain of them.
 *
 * A driver that receives needs the first cache line only. There, rearm_data and ol_flags form 16
 * aligned bytes, and so do the first 16 of rx_descriptor_fields1, for drivers with vector code.
 */
#include <plx_common.h>
#include <plx_mempool.h>

PLX_BEGIN_DECLS

/**
 * DOC: ol_flags, set by receivers (bits from 0 up).
 *
 * The two checksum fields have two bits each: unknown (0), bad, good, and "none": the checksum in
 * the packet is not right but the data are intact, as from a virtual machine on the same host.
 */

/** PLX_MBUF_F_RX_VLAN - vlan_tci holds the packet's VLAN tag. */
#define PLX_MBUF_F_RX_VLAN (UINT64_C(1) << 0)
/** PLX_MBUF_F_RX_RSS_HASH - hash.rss is valid. */
#define PLX_MBUF_F_RX_RSS_HASH (UINT64_C(1) << 1)
/** PLX_MBUF_F_RX_L4_CKSUM_BAD - the TCP or UDP checksum is wrong. */
#define PLX_MBUF_F_RX_L4_CKSUM_BAD (UINT64_C(1) << 3)
/** PLX_MBUF_F_RX_IP_CKSUM_BAD - the IPv4 header checksum is wrong. */
#define PLX_MBUF_F_RX_IP_CKSUM_BAD (UINT64_C(1) << 4)
/** PLX_MBUF_F_RX_VLAN_STRIPPED - the tag was taken out of the data; comes with RX_VLAN. */
#define PLX_MBUF_F_RX_VLAN_STRIPPED (UINT64_C(1) << 6)
/** PLX_MBUF_F_RX_IP_CKSUM_GOOD - the IPv4 header checksum is right. */
#define PLX_MBUF_F_RX_IP_CKSUM_GOOD (UINT64_C(1) << 7)
/** PLX_MBUF_F_RX_L4_CKSUM_GOOD - the TCP or UDP checksum is right. */
#define PLX_MBUF_F_RX_L4_CKSUM_GOOD (UINT64_C(1) << 8)
/** PLX_MBUF_F_RX_IP_CKSUM_MASK - both bits on the IPv4 header checksum. */
#define PLX_MBUF_F_RX_IP_CKSUM_MASK (PLX_MBUF_F_RX_IP_CKSUM_BAD | PLX_MBUF_F_RX_IP_CKSUM_GOOD)
/** PLX_MBUF_F_RX_IP_CKSUM_UNKNOWN - nobody looked at the IPv4 header checksum. */
#define PLX_MBUF_F_RX_IP_CKSUM_UNKNOWN UINT64_C(0)
/** PLX_MBUF_F_RX_IP_CKSUM_NONE - no right IPv4 header checksum, but intact. */
#define PLX_MBUF_F_RX_IP_CKSUM_NONE PLX_MBUF_F_RX_IP_CKSUM_MASK
/** PLX_MBUF_F_RX_L4_CKSUM_MASK - both bits on the TCP or UDP checksum. */
#define PLX_MBUF_F_RX_L4_CKSUM_MASK (PLX_MBUF_F_RX_L4_CKSUM_BAD | PLX_MBUF_F_RX_L4_CKSUM_GOOD)
/** PLX_MBUF_F_RX_L4_CKSUM_UNKNOWN - nobody looked at the TCP or UDP checksum. */
#define PLX_MBUF_F_RX_L4_CKSUM_UNKNOWN UINT64_C(0)
/** PLX_MBUF_F_RX_L4_CKSUM_NONE - no right TCP or UDP checksum, but intact. */
#define PLX_MBUF_F_RX_L4_CKSUM_NONE PLX_MBUF_F_RX_L4_CKSUM_MASK
/** PLX_MBUF_F_RX_QINQ_STRIPPED - two tags were taken out; comes with RX_VLAN_STRIPPED, RX_QINQ. */
#define PLX_MBUF_F_RX_QINQ_STRIPPED (UINT64_C(1) << 15)
/** PLX_MBUF_F_RX_LRO - several TCP packets in one; tso_segsz holds their payload size. */
#define PLX_MBUF_F_RX_LRO (UINT64_C(1) << 16)
/** PLX_MBUF_F_RX_QINQ - vlan_tci_outer holds the outer tag, vlan_tci the inner one. */
#define PLX_MBUF_F_RX_QINQ (UINT64_C(1) << 20)

/**
 * DOC: ol_flags, set by senders (bits from 60 down; 61 and 62 tell of the buffer).
 *
 * Work for the NIC on checksums also needs the header lengths in tx_offload, and PLX_MBUF_F_TX_IPV4
 * or PLX_MBUF_F_TX_IPV6.
 */

/** PLX_MBUF_F_TX_QINQ - insert vlan_tci_outer and vlan_tci; comes with TX_VLAN. */
#define PLX_MBUF_F_TX_QINQ (UINT64_C(1) << 49)
/**
 * PLX_MBUF_F_TX_TCP_SEG - cut into TCP packets of tso_segsz bytes of payload.
 *
 * Implies TX_TCP_CKSUM; needs TX_IPV4 with TX_IP_CKSUM, or TX_IPV6; l2_len, l3_len, l4_len; and in
 * the TCP header the pseudo-header checksum without the length (plx_ipv4_phdr_cksum()).
 */
#define PLX_MBUF_F_TX_TCP_SEG (UINT64_C(1) << 50)
/** PLX_MBUF_F_TX_L4_NO_CKSUM - leave the L4 checksum alone. */
#define PLX_MBUF_F_TX_L4_NO_CKSUM UINT64_C(0)
/** PLX_MBUF_F_TX_TCP_CKSUM - fill in the TCP checksum; the pseudo-header's is in its place. */
#define PLX_MBUF_F_TX_TCP_CKSUM (UINT64_C(1) << 52)
/** PLX_MBUF_F_TX_SCTP_CKSUM - fill in the SCTP checksum. */
#define PLX_MBUF_F_TX_SCTP_CKSUM (UINT64_C(2) << 52)
/** PLX_MBUF_F_TX_UDP_CKSUM - fill in the UDP checksum; the pseudo-header's is in its place. */
#define PLX_MBUF_F_TX_UDP_CKSUM (UINT64_C(3) << 52)
/** PLX_MBUF_F_TX_L4_MASK - the two bits which name the L4 checksum: compare, don't test bits. */
#define PLX_MBUF_F_TX_L4_MASK (UINT64_C(3) << 52)
/** PLX_MBUF_F_TX_IP_CKSUM - fill in the IPv4 header checksum, which is 0 now. */
#define PLX_MBUF_F_TX_IP_CKSUM (UINT64_C(1) << 54)
/** PLX_MBUF_F_TX_IPV4 - the packet is IPv4. */
#define PLX_MBUF_F_TX_IPV4 (UINT64_C(1) << 55)
/** PLX_MBUF_F_TX_IPV6 - the packet is IPv6. */
#define PLX_MBUF_F_TX_IPV6 (UINT64_C(1) << 56)
/** PLX_MBUF_F_TX_VLAN - insert the VLAN tag vlan_tci. */
#define PLX_MBUF_F_TX_VLAN (UINT64_C(1) << 57)

/**
 * PLX_MBUF_F_EXTERNAL - the buffer is from outside of the mbuf; see plx_pktmbuf_attach_extbuf().
 */
#define PLX_MBUF_F_EXTERNAL (UINT64_C(1) << 61)
/** PLX_MBUF_F_INDIRECT - the buffer is another mbuf's; see plx_pktmbuf_attach(). */
#define PLX_MBUF_F_INDIRECT (UINT64_C(1) << 62)

/** PLX_MBUF_DIRECT() - is the buffer of @m the one that is part of it? */
#define PLX_MBUF_DIRECT(m) (!((m)->ol_flags & (PLX_MBUF_F_INDIRECT | PLX_MBUF_F_EXTERNAL)))
/** PLX_MBUF_CLONED() - is the buffer of @m that of another mbuf? */
#define PLX_MBUF_CLONED(m) (((m)->ol_flags & PLX_MBUF_F_INDIRECT) != 0)
/** PLX_MBUF_HAS_EXTBUF() - is the buffer of @m from outside of any mbuf? */
#define PLX_MBUF_HAS_EXTBUF(m) (((m)->ol_flags & PLX_MBUF_F_EXTERNAL) != 0)

/** PLX_MBUF_MAX_NB_SEGS - segments that one packet may have. */
#define PLX_MBUF_MAX_NB_SEGS UINT16_MAX
/** PLX_MBUF_PORT_INVALID - port of a packet that came from none. */
#define PLX_MBUF_PORT_INVALID UINT16_MAX
/** PLX_MBUF_PRIV_ALIGN - priv_size is a multiple of so many bytes. */
#define PLX_MBUF_PRIV_ALIGN 8
/** PLX_MBUF_DEFAULT_DATAROOM - bytes for data behind the headroom that hold an Ethernet frame. */
#define PLX_MBUF_DEFAULT_DATAROOM 2048
/** PLX_MBUF_DEFAULT_BUF_SIZE - the usual data_room_size: headroom and data. */
#define PLX_MBUF_DEFAULT_BUF_SIZE (PLX_MBUF_DEFAULT_DATAROOM + PLX_PKTMBUF_HEADROOM)

/** typedef plx_mbuf_extbuf_free_callback_t - gets an external buffer back when nobody uses it. */
typedef void (*plx_mbuf_extbuf_free_callback_t)(void *addr, void *opaque);

/**
 * struct plx_mbuf_ext_shared_info - what the users of an external buffer share.
 * @free_cb: called by the last one of them, on its thread.
 * @fcb_opaque: its argument.
 * @refcnt: mbufs that have the buffer; plx_mbuf_ext_refcnt_*().
 */
struct plx_mbuf_ext_shared_info {
	plx_mbuf_extbuf_free_callback_t free_cb;
	void *fcb_opaque;
	uint16_t refcnt;
};

/**
 * struct plx_mbuf - one segment of a packet.
 * @buf_addr: start of the buffer, as the CPU sees it. For devices: plx_pktmbuf_iova().
 * @next: next segment of the packet, NULL in the last one.
 * @rearm_data: the four fields below as one number, so that drivers set them with one store.
 * @data_off: bytes from @buf_addr to the data of this segment.
 * @refcnt: users of this segment; read and write it with plx_mbuf_refcnt_*().
 * @nb_segs: segments of the packet; valid in the first one, 1 in others.
 * @port: where the packet came from, or PLX_MBUF_PORT_INVALID.
 * @ol_flags: PLX_MBUF_F_*; valid in the first segment.
 * @rx_descriptor_fields1: start of what drivers take from a receive descriptor.
 * @packet_type: what headers there are; 0: unknown.
 * @pkt_len: bytes of data in all segments; valid in the first one.
 * @data_len: bytes of data in this segment.
 * @vlan_tci: VLAN tag, CPU order; see PLX_MBUF_F_RX_VLAN and PLX_MBUF_F_TX_VLAN.
 * @hash: what the NIC computed or matched; only rss for now, with room for 8 bytes.
 * @vlan_tci_outer: outer VLAN tag, CPU order; see PLX_MBUF_F_RX_QINQ.
 * @buf_len: bytes of the buffer.
 * @pool: where the segment goes when it is freed.
 * @tx_offload: all of the bit-fields below as one number.
 * @l2_len: bytes of the L2 header.
 * @l3_len: bytes of the L3 header.
 * @l4_len: bytes of the L4 header.
 * @tso_segsz: payload bytes of each TCP packet; see PLX_MBUF_F_TX_TCP_SEG.
 * @outer_l3_len: bytes of the outer L3 header of a tunnel.
 * @outer_l2_len: bytes of the outer L2 header of a tunnel.
 * @shinfo: of an external buffer: who shares it.
 * @direct: of an indirect mbuf: the one whose buffer it has.
 * @priv_size: bytes of private data between descriptor and buffer.
 * @timesync: kept for IEEE 1588.
 * @dynfield1: fields that programs register at run time; see plx_mbuf_dyn.h.
 */
struct plx_mbuf {
	void *buf_addr __plx_cache_aligned;
	struct plx_mbuf *next;
	__extension__ union {
		uint64_t rearm_data;
		__extension__ struct {
			uint16_t data_off;
			uint16_t refcnt;
			uint16_t nb_segs;
			uint16_t port;
		};
	};
	uint64_t ol_flags;
	__extension__ union {
		uint32_t rx_descriptor_fields1;
		uint32_t packet_type;
	};
	uint32_t pkt_len;
	uint16_t data_len;
	uint16_t vlan_tci;
	union {
		uint32_t rss;
		uint32_t reserved[2];
	} hash;
	uint16_t vlan_tci_outer;
	uint16_t buf_len;
	struct plx_mempool *pool;

	__extension__ union {
		uint64_t tx_offload;
		__extension__ struct {
			uint64_t l2_len:7;
			uint64_t l3_len:9;
			uint64_t l4_len:8;
			uint64_t tso_segsz:16;
			uint64_t outer_l3_len:9;
			uint64_t outer_l2_len:7;
		};
	};
	__extension__ union {
		struct plx_mbuf_ext_shared_info *shinfo;
		struct plx_mbuf *direct;
	};
	uint16_t priv_size;
	uint16_t timesync;
	uint32_t dynfield1[11];
};

PLX_STATIC_ASSERT(sizeof(struct plx_mbuf) == 128, "two cache lines");
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, rearm_data) == 16, "16-byte store with ol_flags");
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, ol_flags) == 24, "right behind rearm_data");
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, rx_descriptor_fields1) == 32, "16-byte store");
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, pkt_len) == 36, "shuffled in by vector drivers");
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, data_len) == 40, "shuffled in by vector drivers");
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, vlan_tci) == 42, "shuffled in by vector drivers");
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, hash) == 44, "shuffled in by vector drivers");
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, pool) == 56, "end of the first line");
PLX_STATIC_ASSERT(offsetof(struct plx_mbuf, tx_offload) == 64, "start of the second line");

/** PLX_PKTMBUF_POOL_F_PINNED_EXT_BUF - each mbuf of the pool has an external buffer for life. */
#define PLX_PKTMBUF_POOL_F_PINNED_EXT_BUF (1U << 0)

/**
 * struct plx_pktmbuf_pool_private - private data of a pool of mbufs.
 * @mbuf_data_room_size: bytes of each buffer, the headroom included.
 * @mbuf_priv_size: bytes of private data of each mbuf.
 * @flags: PLX_PKTMBUF_POOL_F_*.
 */
struct plx_pktmbuf_pool_private {
	uint16_t mbuf_data_room_size;
	uint16_t mbuf_priv_size;
	uint32_t flags;
};

/** plx_pktmbuf_mtod_offset() - address @o bytes into the data of segment @m, as type @t. */
#define plx_pktmbuf_mtod_offset(m, t, o) \
	((t)(void *)((char *)(m)->buf_addr + (m)->data_off + (o)))
/** plx_pktmbuf_mtod() - address of the data of segment @m, as type @t. */
#define plx_pktmbuf_mtod(m, t) plx_pktmbuf_mtod_offset(m, t, 0)
/** plx_pktmbuf_pkt_len() - bytes of data of the packet that starts with @m; an lvalue. */
#define plx_pktmbuf_pkt_len(m) ((m)->pkt_len)
/** plx_pktmbuf_data_len() - bytes of data of segment @m; an lvalue. */
#define plx_pktmbuf_data_len(m) ((m)->data_len)

PLX_END_DECLS
#endif
