/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_RSS_H
#define PLX_ETHDEV_RSS_H
/**
 * DOC: Receive side scaling: spread packets over Rx queues by a hash of their addresses and ports.
 * Programs include <plx_ethdev.h>.
 *
 * It is on if the port was configured with rxmode.mq_mode PLX_ETH_MQ_RX_RSS. The low bits of the
 * hash index a redirection table (RETA) of queues; before anybody sets it, entry i is queue
 * i modulo the number of queues. Hash and table stay as they are over stop and start; a configure
 * sets them anew.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** PLX_ETH_RSS_IPV4 - hash IPv4 addresses of packets without a port. The bits are DPDK's. */
#define PLX_ETH_RSS_IPV4		(UINT64_C(1) << 2)
/** PLX_ETH_RSS_FRAG_IPV4 - the same of fragments. */
#define PLX_ETH_RSS_FRAG_IPV4		(UINT64_C(1) << 3)
/** PLX_ETH_RSS_NONFRAG_IPV4_TCP - addresses and ports of TCP over IPv4. */
#define PLX_ETH_RSS_NONFRAG_IPV4_TCP	(UINT64_C(1) << 4)
/** PLX_ETH_RSS_NONFRAG_IPV4_UDP - addresses and ports of UDP over IPv4. */
#define PLX_ETH_RSS_NONFRAG_IPV4_UDP	(UINT64_C(1) << 5)
/** PLX_ETH_RSS_NONFRAG_IPV4_SCTP - addresses and ports of SCTP over IPv4. */
#define PLX_ETH_RSS_NONFRAG_IPV4_SCTP	(UINT64_C(1) << 6)
/** PLX_ETH_RSS_NONFRAG_IPV4_OTHER - addresses of other protocols over IPv4. */
#define PLX_ETH_RSS_NONFRAG_IPV4_OTHER	(UINT64_C(1) << 7)
/** PLX_ETH_RSS_IPV6 - hash IPv6 addresses of packets without a port. */
#define PLX_ETH_RSS_IPV6		(UINT64_C(1) << 8)
/** PLX_ETH_RSS_FRAG_IPV6 - the same of fragments. */
#define PLX_ETH_RSS_FRAG_IPV6		(UINT64_C(1) << 9)
/** PLX_ETH_RSS_NONFRAG_IPV6_TCP - addresses and ports of TCP over IPv6. */
#define PLX_ETH_RSS_NONFRAG_IPV6_TCP	(UINT64_C(1) << 10)
/** PLX_ETH_RSS_NONFRAG_IPV6_UDP - addresses and ports of UDP over IPv6. */
#define PLX_ETH_RSS_NONFRAG_IPV6_UDP	(UINT64_C(1) << 11)
/** PLX_ETH_RSS_NONFRAG_IPV6_SCTP - addresses and ports of SCTP over IPv6. */
#define PLX_ETH_RSS_NONFRAG_IPV6_SCTP	(UINT64_C(1) << 12)
/** PLX_ETH_RSS_NONFRAG_IPV6_OTHER - addresses of other protocols over IPv6. */
#define PLX_ETH_RSS_NONFRAG_IPV6_OTHER	(UINT64_C(1) << 13)
/** PLX_ETH_RSS_IPV6_EX - IPv6, addresses of extension headers where there are any. */
#define PLX_ETH_RSS_IPV6_EX		(UINT64_C(1) << 15)
/** PLX_ETH_RSS_IPV6_TCP_EX - the same of TCP over IPv6. */
#define PLX_ETH_RSS_IPV6_TCP_EX		(UINT64_C(1) << 16)
/** PLX_ETH_RSS_IPV6_UDP_EX - the same of UDP over IPv6. */
#define PLX_ETH_RSS_IPV6_UDP_EX		(UINT64_C(1) << 17)
/** PLX_ETH_RSS_IP - all that hash addresses only. */
#define PLX_ETH_RSS_IP (PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_FRAG_IPV4 | \
	PLX_ETH_RSS_NONFRAG_IPV4_OTHER | PLX_ETH_RSS_IPV6 | PLX_ETH_RSS_FRAG_IPV6 | \
	PLX_ETH_RSS_NONFRAG_IPV6_OTHER | PLX_ETH_RSS_IPV6_EX)
/** PLX_ETH_RSS_TCP - all of TCP. */
#define PLX_ETH_RSS_TCP (PLX_ETH_RSS_NONFRAG_IPV4_TCP | PLX_ETH_RSS_NONFRAG_IPV6_TCP | \
	PLX_ETH_RSS_IPV6_TCP_EX)
/** PLX_ETH_RSS_UDP - all of UDP. */
#define PLX_ETH_RSS_UDP (PLX_ETH_RSS_NONFRAG_IPV4_UDP | PLX_ETH_RSS_NONFRAG_IPV6_UDP | \
	PLX_ETH_RSS_IPV6_UDP_EX)

/** PLX_ETH_RSS_KEY_MAX - bytes of the longest hash key. */
#define PLX_ETH_RSS_KEY_MAX 52
/** PLX_ETH_RSS_RETA_SIZE_MAX - entries of the largest redirection table. */
#define PLX_ETH_RSS_RETA_SIZE_MAX 512
/** PLX_ETH_RETA_GROUP_SIZE - entries of a struct plx_eth_rss_reta_entry64. */
#define PLX_ETH_RETA_GROUP_SIZE 64

/**
 * struct plx_eth_rss_conf - what is hashed, and how.
 * @rss_key: Toeplitz key; NULL: Pollux's own, or to leave it alone, or not to ask for it.
 * @rss_key_len: bytes of @rss_key, hash_key_size of the port's info; any with NULL.
 * @rss_hf: PLX_ETH_RSS_*, some of flow_type_rss_offloads; 0: all packets go to queue 0.
 */
struct plx_eth_rss_conf {
	uint8_t *rss_key;
	uint8_t rss_key_len;
	uint64_t rss_hf;
};

/**
 * struct plx_eth_rss_reta_entry64 - 64 entries of the table.
 * @mask: bit i: entry i is to be set, or asked for.
 * @reta: Rx queues.
 */
struct plx_eth_rss_reta_entry64 {
	uint64_t mask;
	uint16_t reta[PLX_ETH_RETA_GROUP_SIZE];
};

/**
 * plx_eth_dev_rss_hash_update() - change what is hashed.
 * @rss_conf: rss_key NULL leaves the key as it is.
 *
 * Return: 0; -ENODEV; -ENOTSUP without RSS, also if it was not configured, or for a hash that the port
 * does not have; -EINVAL for a key of another length; the driver's errno. It is as before then; logged.
 */
PLX_EXPORT int plx_eth_dev_rss_hash_update(uint16_t port_id, const struct plx_eth_rss_conf *rss_conf);
/**
 * plx_eth_dev_rss_hash_conf_get() - read it.
 * @rss_conf: rss_key, if not NULL, is a buffer of rss_key_len bytes and gets the key.
 *
 * Return: 0; -ENODEV; -ENOTSUP; -EINVAL if the key does not fit.
 */
PLX_EXPORT int plx_eth_dev_rss_hash_conf_get(uint16_t port_id, struct plx_eth_rss_conf *rss_conf);
/**
 * plx_eth_dev_rss_reta_update() - change entries of the redirection table.
 * @reta_conf: @reta_size / 64 groups, rounded up.
 * @reta_size: reta_size of the port's info.
 *
 * Return: 0; -ENODEV; -ENOTSUP as plx_eth_dev_rss_hash_update(); -EINVAL for another size or a queue
 * that is not there; the driver's errno. The table is as before then; logged.
 */
PLX_EXPORT int plx_eth_dev_rss_reta_update(uint16_t port_id,
	const struct plx_eth_rss_reta_entry64 *reta_conf, uint16_t reta_size);
/** plx_eth_dev_rss_reta_query() - read entries that the masks name. Return: 0; as the update. */
PLX_EXPORT int plx_eth_dev_rss_reta_query(uint16_t port_id,
	struct plx_eth_rss_reta_entry64 *reta_conf, uint16_t reta_size);

PLX_END_DECLS
#endif
