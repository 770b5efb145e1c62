/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_ETHDEV_TOY_H
#define TEST_ETHDEV_TOY_H
/* A port whose driver is the test: it notes every call, and fails where it is told to. */
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <plx_ethdev_driver.h>

#include "eal_env.h"
#include "test_pool.h"

class Toy {
public:
	explicit Toy(const char *name)
	{
		driver_.name = "net_toy";
		device.name = name;
		device.args = "";
		device.driver = &driver_;
		device.numa_node = SOCKET_ID_ANY;
		ops = default_ops();
		limits = default_limits();
		dev = plx_eth_dev_create(&device, name, sizeof(Toy *));
		if (dev == nullptr)
			return;
		*static_cast<Toy **>(dev->dev_private) = this;
		dev->dev_ops = &ops;
		dev->rx_pkt_burst = rx_burst;
		dev->tx_pkt_burst = tx_burst;
		dev->mtu = 1500;
		dev->mac_addr = { { 2, 0, 0, 0, 1, static_cast<uint8_t>(dev->port_id) } };
		id = dev->port_id;
		plx_eth_dev_probing_finish(dev);
	}

	~Toy()
	{
		if (plx_eth_dev_of(&device) != nullptr)
			plx_eth_dev_close(id);
	}

	Toy(const Toy &) = delete;
	Toy &operator=(const Toy &) = delete;

	/* Has the driver been called by @name? */
	size_t count(const std::string &name) const
	{
		size_t n = 0;

		for (const auto &c : calls)
			n += c == name;
		return n;
	}

	plx_eth_dev *dev = nullptr;
	plx_device device = {};
	plx_eth_dev_ops ops;
	plx_eth_dev_info limits;
	uint16_t id = 0;

	std::vector<std::string> calls;	/* "start", "rx setup 0", ... in order */
	std::string fails;		/* the call that fails */
	int error = -EIO;		/* with what */
	uint16_t last_desc = 0;		/* of the last queue set up */
	int last_socket = 0;
	int intr_fd = -1;		/* of all queues */
	plx_eth_link link = {};
	plx_eth_stats stats = {};

	plx_eth_rxconf last_rxconf = {};
	plx_eth_txconf last_txconf = {};
	plx_eth_rss rss = {};			/* as programmed */
	plx_eth_fc_conf fc = {};		/* the chip's */
	std::vector<plx_ether_addr> mc_list;	/* as programmed */
	std::vector<plx_eth_queue_stats> rxq_stats = std::vector<plx_eth_queue_stats>(4);
	std::vector<plx_eth_queue_stats> txq_stats = std::vector<plx_eth_queue_stats>(2);
	std::vector<std::string> xnames;	/* the driver's own */
	std::vector<uint64_t> xvalues;
	std::vector<uint32_t> ptypes = { 0 };
	uint64_t unreachable = 0;		/* where --dma-check finds fault */

	std::deque<plx_mbuf *> incoming;	/* what Rx gives */
	std::vector<plx_mbuf *> sent;		/* what Tx took, the test's to free */
	size_t tx_room = SIZE_MAX;		/* packets that Tx will still take */

private:
	static Toy *of(plx_eth_dev *d) { return *static_cast<Toy **>(d->dev_private); }

	/* Those for statistics come from any thread. */
	int call(const std::string &name)
	{
		std::lock_guard<std::mutex> lock(mutex_);

		calls.push_back(name);
		return name == fails ? error : 0;
	}

	/* What a burst gets: each queue has an address of its own. */
	struct Queue {
		Toy *toy;
	};

	static uint16_t rx_burst(void *queue, plx_mbuf **pkts, uint16_t nb_pkts)
	{
		Toy *toy = static_cast<Queue *>(queue)->toy;
		uint16_t n = 0;

		for (; n < nb_pkts && !toy->incoming.empty(); n++) {
			pkts[n] = toy->incoming.front();
			toy->incoming.pop_front();
		}
		return n;
	}

	static uint16_t tx_burst(void *queue, plx_mbuf **pkts, uint16_t nb_pkts)
	{
		Toy *toy = static_cast<Queue *>(queue)->toy;
		uint16_t n = 0;

		for (; n < nb_pkts && toy->tx_room > 0; n++, toy->tx_room--)
			toy->sent.push_back(pkts[n]);
		return n;
	}

	static int rx_setup(plx_eth_dev *d, uint16_t queue, uint16_t nb_desc, int socket,
		const plx_eth_rxconf *conf, plx_mempool *)
	{
		Toy *toy = of(d);
		int ret = toy->call("rx setup " + std::to_string(queue));

		toy->last_desc = nb_desc;
		toy->last_socket = socket;
		toy->last_rxconf = *conf;
		d->rx_queues[queue] = &toy->rxqs_[queue];	/* also when it fails: ethdev must not believe it */
		return ret;
	}

	static int tx_setup(plx_eth_dev *d, uint16_t queue, uint16_t nb_desc, int socket,
		const plx_eth_txconf *conf)
	{
		Toy *toy = of(d);
		int ret = toy->call("tx setup " + std::to_string(queue));

		toy->last_desc = nb_desc;
		toy->last_socket = socket;
		toy->last_txconf = *conf;
		d->tx_queues[queue] = &toy->txqs_[queue];
		return ret;
	}

	static plx_eth_dev_ops default_ops()
	{
		plx_eth_dev_ops o = {};

		o.dev_configure = [](plx_eth_dev *d) { return of(d)->call("configure"); };
		o.dev_start = [](plx_eth_dev *d) { return of(d)->call("start"); };
		o.dev_stop = [](plx_eth_dev *d) { return of(d)->call("stop"); };
		o.dev_close = [](plx_eth_dev *d) { return of(d)->call("close"); };
		o.dev_infos_get = [](plx_eth_dev *d, plx_eth_dev_info *i) { *i = of(d)->limits; };
		o.rx_queue_setup = rx_setup;
		o.tx_queue_setup = tx_setup;
		o.rx_queue_release = [](plx_eth_dev *d, uint16_t q) {
			of(d)->call("rx release " + std::to_string(q));
		};
		o.tx_queue_release = [](plx_eth_dev *d, uint16_t q) {
			of(d)->call("tx release " + std::to_string(q));
		};
		o.link_update = [](plx_eth_dev *d, int wait, plx_eth_link *l) {
			*l = of(d)->link;
			return of(d)->call(wait ? "link wait" : "link");
		};
		o.stats_get = [](plx_eth_dev *d, plx_eth_stats *s) {
			*s = of(d)->stats;
			return of(d)->call("stats");
		};
		o.stats_reset = [](plx_eth_dev *d) { return of(d)->call("stats reset"); };
		o.promiscuous_enable = [](plx_eth_dev *d) { return of(d)->call("promisc on"); };
		o.promiscuous_disable = [](plx_eth_dev *d) { return of(d)->call("promisc off"); };
		o.mac_addr_set = [](plx_eth_dev *d, const plx_ether_addr *) {
			return of(d)->call("mac");
		};
		o.mtu_set = [](plx_eth_dev *d, uint16_t mtu) {
			return of(d)->call("mtu " + std::to_string(mtu));
		};
		o.rx_queue_intr_enable = [](plx_eth_dev *d, uint16_t q) {
			return of(d)->call("rx intr on " + std::to_string(q));
		};
		o.rx_queue_intr_disable = [](plx_eth_dev *d, uint16_t q) {
			return of(d)->call("rx intr off " + std::to_string(q));
		};
		o.rx_queue_intr_fd = [](plx_eth_dev *d, uint16_t q) {
			int ret = of(d)->call("rx intr fd " + std::to_string(q));

			return ret < 0 ? ret : of(d)->intr_fd;
		};
		queue_ops(o);
		stats_ops(o);
		filter_ops(o);
		hw_ops(o);
		return o;
	}

	static std::string number(const char *what, unsigned int n)
	{
		return std::string(what) + " " + std::to_string(n);
	}

	static void queue_ops(plx_eth_dev_ops &o)
	{
		o.rx_queue_start = [](plx_eth_dev *d, uint16_t q) {
			return of(d)->call(number("rx start", q));
		};
		o.rx_queue_stop = [](plx_eth_dev *d, uint16_t q) {
			return of(d)->call(number("rx stop", q));
		};
		o.tx_queue_start = [](plx_eth_dev *d, uint16_t q) {
			return of(d)->call(number("tx start", q));
		};
		o.tx_queue_stop = [](plx_eth_dev *d, uint16_t q) {
			return of(d)->call(number("tx stop", q));
		};
		o.tx_done_cleanup = [](plx_eth_dev *d, uint16_t q, uint32_t n) {
			int ret = of(d)->call(number("cleanup", q));

			return ret < 0 ? ret : static_cast<int>(n);
		};
		o.supported_ptypes = [](plx_eth_dev *d) -> const uint32_t * {
			return of(d)->ptypes.data();
		};
	}

	static void stats_ops(plx_eth_dev_ops &o)
	{
		o.queue_stats_get = [](plx_eth_dev *d, int rx, uint16_t q, plx_eth_queue_stats *s) {
			*s = rx ? of(d)->rxq_stats[q] : of(d)->txq_stats[q];
			return of(d)->call(number(rx ? "rx stats" : "tx stats", q));
		};
		o.xstats_names = [](plx_eth_dev *d, plx_eth_xstat_name *names, unsigned int n) {
			const auto &all = of(d)->xnames;
			int ret = of(d)->call("xstats names");

			for (size_t i = 0; all.size() <= n && i < all.size(); i++)
				strcpy(names[i].name, all[i].c_str());
			return ret < 0 ? ret : static_cast<int>(all.size());
		};
		o.xstats_get = [](plx_eth_dev *d, uint64_t *values, unsigned int n) {
			const auto &all = of(d)->xvalues;

			EXPECT_GE(n, all.size());
			std::copy(all.begin(), all.end(), values);
			return of(d)->call("xstats");
		};
		o.xstats_reset = [](plx_eth_dev *d) { return of(d)->call("xstats reset"); };
	}

	static void filter_ops(plx_eth_dev_ops &o)
	{
		o.allmulticast_enable = [](plx_eth_dev *d) { return of(d)->call("allmulti on"); };
		o.allmulticast_disable = [](plx_eth_dev *d) { return of(d)->call("allmulti off"); };
		o.mac_addr_add = [](plx_eth_dev *d, const plx_ether_addr *, uint32_t i) {
			return of(d)->call(number("mac add", i));
		};
		o.mac_addr_remove = [](plx_eth_dev *d, const plx_ether_addr *, uint32_t i) {
			return of(d)->call(number("mac remove", i));
		};
		o.set_mc_addr_list = [](plx_eth_dev *d, const plx_ether_addr *list, uint32_t n) {
			of(d)->mc_list.assign(list, list + n);
			return of(d)->call(number("mc", n));
		};
		o.vlan_filter_set = [](plx_eth_dev *d, uint16_t vlan, int on) {
			return of(d)->call(number(on ? "vlan on" : "vlan off", vlan));
		};
		o.vlan_offload_set = [](plx_eth_dev *d, int mask) {
			return of(d)->call(number("vlan offload", static_cast<unsigned int>(mask)));
		};
		o.rss_set = [](plx_eth_dev *d, const plx_eth_rss *rss) {
			of(d)->rss = *rss;
			return of(d)->call("rss");
		};
	}

	static void hw_ops(plx_eth_dev_ops &o)
	{
		o.dev_reset = [](plx_eth_dev *d) { return of(d)->call("reset"); };
		o.dev_set_link_up = [](plx_eth_dev *d) { return of(d)->call("link up"); };
		o.dev_set_link_down = [](plx_eth_dev *d) { return of(d)->call("link down"); };
		o.flow_ctrl_get = [](plx_eth_dev *d, plx_eth_fc_conf *fc) {
			*fc = of(d)->fc;
			return of(d)->call("fc get");
		};
		o.flow_ctrl_set = [](plx_eth_dev *d, const plx_eth_fc_conf *fc) {
			of(d)->fc = *fc;
			return of(d)->call("fc set");
		};
		o.dev_led_on = [](plx_eth_dev *d) { return of(d)->call("led on"); };
		o.dev_led_off = [](plx_eth_dev *d) { return of(d)->call("led off"); };
		o.get_eeprom_length = [](plx_eth_dev *d) {
			int ret = of(d)->call("eeprom length");

			return ret < 0 ? ret : 64;
		};
		o.get_eeprom = [](plx_eth_dev *d, plx_dev_eeprom_info *) {
			return of(d)->call("eeprom get");
		};
		o.set_eeprom = [](plx_eth_dev *d, const plx_dev_eeprom_info *) {
			return of(d)->call("eeprom set");
		};
		o.get_reg = [](plx_eth_dev *d, plx_dev_reg_info *) { return of(d)->call("reg"); };
		o.fw_version_get = [](plx_eth_dev *d, char *, size_t) { return of(d)->call("fw"); };
	}

	static plx_eth_dev_info default_limits()
	{
		plx_eth_dev_info i = {};

		i.min_mtu = 68;
		i.max_mtu = 9000;
		i.min_rx_bufsize = 1518;
		i.max_rx_pktlen = 9018;
		i.max_rx_queues = 4;
		i.max_tx_queues = 2;
		i.rx_desc_lim = { 1024, 64, 8, 1, 0, 0 };
		i.tx_desc_lim = { 512, 32, 16, 0, 0, 0 };
		i.default_rx_desc = 256;
		i.default_tx_desc = 128;
		i.tx_desc_lim.nb_seg_max = 8;
		i.max_mac_addrs = 4;
		i.max_mc_addrs = 3;
		i.rx_offload_capa = PLX_ETH_RX_OFFLOAD_VLAN_STRIP | PLX_ETH_RX_OFFLOAD_VLAN_FILTER |
			PLX_ETH_RX_OFFLOAD_SCATTER | PLX_ETH_RX_OFFLOAD_KEEP_CRC |
			PLX_ETH_RX_OFFLOAD_RSS_HASH | PLX_ETH_RX_OFFLOAD_TCP_LRO;
		i.rx_queue_offload_capa = PLX_ETH_RX_OFFLOAD_SCATTER;
		i.tx_offload_capa = PLX_ETH_TX_OFFLOAD_MULTI_SEGS | PLX_ETH_TX_OFFLOAD_IPV4_CKSUM;
		i.tx_queue_offload_capa = PLX_ETH_TX_OFFLOAD_MULTI_SEGS;
		i.reta_size = 128;
		i.hash_key_size = 40;
		i.flow_type_rss_offloads = PLX_ETH_RSS_IPV4 | PLX_ETH_RSS_NONFRAG_IPV4_TCP;
		i.dev_flags = PLX_ETH_DEV_INTR_LSC | PLX_ETH_DEV_INTR_RMV;
		return i;
	}

	std::mutex mutex_;
	plx_driver driver_ = {};
	std::vector<Queue> rxqs_ = std::vector<Queue>(PLX_MAX_QUEUES_PER_PORT, Queue{ this });
	std::vector<Queue> txqs_ = std::vector<Queue>(PLX_MAX_QUEUES_PER_PORT, Queue{ this });
};

using Calls = std::vector<std::string>;

/* A port id that is never taken. */
constexpr uint16_t NO_PORT = PLX_MAX_ETHPORTS - 1;

/* What @fn logs while it must return @expected: one line, with each of @words in it. */
inline void
expect_refused(int expected, const Calls &words, const std::function<int()> &fn)
{
	testing::internal::CaptureStderr();

	int ret = fn();
	std::string err = testing::internal::GetCapturedStderr();

	EXPECT_EQ(ret, expected) << err;
	EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
	EXPECT_EQ(err.rfind("ETHDEV: port ", 0), 0u) << err;
	for (const auto &word : words)
		EXPECT_NE(err.find(word), std::string::npos) << word << " is not in: " << err;
}

/* A port "toy0" and a pool; at the end nothing of them may be left. */
class Ethdev : public testing::Test {
protected:
	void SetUp() override
	{
		heap_ = heap_bytes_in_use();
		pool = new_pool("toy", PLX_MBUF_DEFAULT_BUF_SIZE);
		ASSERT_NE(pool, nullptr);
		toy = std::make_unique<Toy>("toy0");
		ASSERT_NE(toy->dev, nullptr);
		id = toy->id;
	}

	void TearDown() override
	{
		toy.reset();
		EXPECT_EQ(plx_eth_dev_count_avail(), 0);
		pool.reset();
		EXPECT_EQ(heap_bytes_in_use(), heap_);
	}

	static Pool new_pool(const char *name, uint16_t room)
	{
		return Pool(plx_pktmbuf_pool_create(name, 63, 0, 0, room, SOCKET_ID_ANY));
	}

	int rx_setup(uint16_t queue, uint16_t nb_desc = 0)
	{
		return plx_eth_rx_queue_setup(id, queue, nb_desc, SOCKET_ID_ANY, nullptr,
			pool.get());
	}

	int tx_setup(uint16_t queue, uint16_t nb_desc = 0)
	{
		return plx_eth_tx_queue_setup(id, queue, nb_desc, SOCKET_ID_ANY, nullptr);
	}

	/* One queue each way, ready to start. */
	void set_up()
	{
		ASSERT_EQ(plx_eth_dev_configure(id, 1, 1, nullptr), 0);
		ASSERT_EQ(rx_setup(0), 0);
		ASSERT_EQ(tx_setup(0), 0);
		toy->calls.clear();
	}

	void start()
	{
		set_up();
		ASSERT_EQ(plx_eth_dev_start(id), 0);
		toy->calls.clear();
	}

	/* As @conf says, one Tx queue and @nb_rx Rx queues. */
	void start_with(const plx_eth_conf &conf, uint16_t nb_rx = 1)
	{
		ASSERT_EQ(plx_eth_dev_configure(id, nb_rx, 1, &conf), 0);
		for (uint16_t q = 0; q < nb_rx; q++)
			ASSERT_EQ(rx_setup(q), 0);
		ASSERT_EQ(tx_setup(0), 0);
		ASSERT_EQ(plx_eth_dev_start(id), 0);
		toy->calls.clear();
	}

	/* Do bursts reach the driver? */
	bool bursts_work()
	{
		plx_mbuf *m = plx_pktmbuf_alloc(pool.get()), *got = nullptr;
		bool sent, received;

		toy->incoming = { m };
		received = plx_eth_rx_burst(id, 0, &got, 1) == 1 && got == m;
		sent = plx_eth_tx_burst(id, 0, &m, 1) == 1;
		EXPECT_EQ(sent, received);
		plx_pktmbuf_free(m);
		toy->incoming.clear();
		return sent;
	}

	std::unique_ptr<Toy> toy;
	Pool pool;
	uint16_t id = 0;

private:
	size_t heap_ = 0;
};

#endif
