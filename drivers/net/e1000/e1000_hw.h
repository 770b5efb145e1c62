/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef E1000_HW_H
#define E1000_HW_H
/**
 * DOC: A chip of the e1000e or igb family, below any port: registers, reset, PHY, link, filters,
 * EEPROM, statistics.
 *
 * All that can fail returns a negative errno and is silent: -ENODEV if the device is gone (its
 * registers read as ones), -ETIMEDOUT if it does not do in time what it was told. No wait is longer
 * than the E1000_*_TIMEOUT_US below. One thread at a time, unless something else is said.
 */
#include <errno.h>
#include <stdbool.h>

#include <plx_ether.h>
#include <plx_ethdev.h>
#include <plx_io.h>

#include "e1000_regs.h"

PLX_BEGIN_DECLS

/** E1000_BAR_SIZE - bytes of BAR 0 that hold registers; igb's above 64 KiB included. */
#define E1000_BAR_SIZE 0x20000

/** E1000_MASTER_TIMEOUT_US - until DMA under way has ended. */
#define E1000_MASTER_TIMEOUT_US 80000
/** E1000_RESET_TIMEOUT_US - until a reset is over. */
#define E1000_RESET_TIMEOUT_US 20000
/** E1000_NVM_TIMEOUT_US - until a word of the EEPROM is read, or all of it after a reset. */
#define E1000_NVM_TIMEOUT_US 20000
/** E1000_PHY_TIMEOUT_US - until a register of the PHY is read or written; 64 us are usual. */
#define E1000_PHY_TIMEOUT_US 10000

struct e1000_hw;

/**
 * struct e1000_stat - a statistic that the chip counts.
 * @name: as an xstat.
 * @reg: register; of one with 64 bits the low half.
 * @wide: has 64 bits.
 * @keeps: reading does not clear it.
 * @wraps: nothing clears it, and it goes on from 0 after 32 bits.
 */
struct e1000_stat {
	const char *name;
	uint32_t reg;
	bool wide;
	bool keeps;
	bool wraps;
};

/** struct e1000_reg - a register for dumps that is not changed by reading it. */
struct e1000_reg {
	const char *name;
	uint32_t offset;
};

/** E1000_STATS_MAX - most statistics that a family has. */
#define E1000_STATS_MAX 80

/**
 * struct e1000_family - what differs between chips.
 * @nb_rar: address filters, the default address's included.
 * @phy_addr: of the PHY on the MDIO bus.
 * @auto_read: EECD tells when the EEPROM was read after a reset.
 * @stats: @nb_stats statistics; E1000_STATS_MAX at most.
 * @regs: @nb_regs registers for dumps.
 * @rx_buffer: bytes of the packet buffer for receiving; NULL: as E1000_PBA says.
 * @phy_acquire: keep firmware and the other port away from the PHY; NULL if nothing is to be done.
 *	Return: 0; -ETIMEDOUT.
 * @phy_release: let them again; NULL if @phy_acquire is.
 */
struct e1000_family {
	uint16_t nb_rar;
	uint8_t phy_addr;
	bool auto_read;
	const struct e1000_stat *stats;
	uint16_t nb_stats;
	const struct e1000_reg *regs;
	uint16_t nb_regs;
	uint32_t (*rx_buffer)(const struct e1000_hw *hw);
	int (*phy_acquire)(struct e1000_hw *hw);
	void (*phy_release)(struct e1000_hw *hw);
};

/**
 * struct e1000_hw - a chip.
 * @bar: BAR 0, E1000_BAR_SIZE bytes.
 * @family: what it is.
 * @link_off: the port has no link: it was told so, or was reset and not started since.
 * @led_on: a LED was lit to find the port.
 * @ledctl: what E1000_LEDCTL was before.
 * @stats_lock: for @stats: statistics may be asked for by any thread, and reading clears.
 * @stats: of @family, since they were reset.
 * @stats_last: what those that wrap were when they were read last.
 */
struct e1000_hw {
	void *bar;
	const struct e1000_family *family;
	bool link_off;
	bool led_on;
	uint32_t ledctl;
	uint32_t stats_lock;
	uint64_t stats[E1000_STATS_MAX];
	uint32_t stats_last[E1000_STATS_MAX];
};

/** e1000_reg() - where a register is. */
static inline volatile uint32_t *
e1000_reg(const struct e1000_hw *hw, uint32_t reg)
{
	return (volatile uint32_t *)PLX_PTR_ADD(hw->bar, reg);
}

/** e1000_read() - read a register. */
static inline uint32_t
e1000_read(const struct e1000_hw *hw, uint32_t reg)
{
	return plx_read32(e1000_reg(hw, reg));
}

/** e1000_write() - write a register. */
static inline void
e1000_write(const struct e1000_hw *hw, uint32_t reg, uint32_t value)
{
	plx_write32(value, e1000_reg(hw, reg));
}

/** e1000_set() - set @bits of a register. */
static inline void
e1000_set(const struct e1000_hw *hw, uint32_t reg, uint32_t bits)
{
	e1000_write(hw, reg, e1000_read(hw, reg) | bits);
}

/** e1000_clear() - clear @bits of a register. */
static inline void
e1000_clear(const struct e1000_hw *hw, uint32_t reg, uint32_t bits)
{
	e1000_write(hw, reg, e1000_read(hw, reg) & ~bits);
}

/** e1000_assign() - set @bits of a register, or clear them. */
static inline void
e1000_assign(const struct e1000_hw *hw, uint32_t reg, uint32_t bits, bool on)
{
	if (on)
		e1000_set(hw, reg, bits);
	else
		e1000_clear(hw, reg, bits);
}

/** e1000_flush() - writes of before have reached the device when this returns. */
static inline void
e1000_flush(const struct e1000_hw *hw)
{
	(void)e1000_read(hw, E1000_STATUS);
}

/** e1000_is_gone() - does the device not answer? STATUS never has all bits set. Any thread. */
static inline bool
e1000_is_gone(const struct e1000_hw *hw)
{
	return e1000_read(hw, E1000_STATUS) == UINT32_MAX;
}

/**
 * e1000_wait() - until the @bits of a register are @value.
 * @timeout_us: microseconds at most.
 * Return: 0; -ENODEV; -ETIMEDOUT.
 */
int e1000_wait(const struct e1000_hw *hw, uint32_t reg, uint32_t bits, uint32_t value,
	unsigned int timeout_us);

/**
 * e1000_reset() - stop DMA, reset the chip, mask interrupts; 82574: 4.6.
 *
 * Filters, rings, statistics and offloads are as after power on; the PHY keeps its link. That DMA does
 * not end in time is no error, for the reset ends it.
 * Return: 0; -ENODEV; -ETIMEDOUT if the reset does not end: it may do DMA still.
 */
int e1000_reset(struct e1000_hw *hw);

/** e1000_nvm_words() - 16-bit words of the EEPROM; 0 if there is none. */
uint32_t e1000_nvm_words(const struct e1000_hw *hw);
/**
 * e1000_nvm_read() - read @n words of the EEPROM from @word on; 82574: 10.2.2 EERD.
 * Return: 0; -EINVAL beyond its end; -ENODEV; -ETIMEDOUT.
 */
int e1000_nvm_read(const struct e1000_hw *hw, uint32_t word, uint32_t n, uint16_t *data);

/** e1000_phy_read() - read a register of the PHY. Return: 0; -EIO; -ENODEV; -ETIMEDOUT. */
int e1000_phy_read(struct e1000_hw *hw, uint32_t reg, uint16_t *value);
/** e1000_phy_write() - write it; as e1000_phy_read(). */
int e1000_phy_write(struct e1000_hw *hw, uint32_t reg, uint16_t value);

/**
 * e1000_link_start() - let the PHY have power and the MAC take speed and duplex from it.
 *
 * It negotiates anew if it had no power or was never told to: a link that is there stays.
 * Return: as e1000_phy_read().
 */
int e1000_link_start(struct e1000_hw *hw);
/** e1000_link_get() - fill @link. Any thread. */
void e1000_link_get(const struct e1000_hw *hw, struct plx_eth_link *link);
/**
 * e1000_link_set() - let a started port have a link, or not. Without one the MAC neither receives
 * nor sends, whatever the PHY does. Return: as e1000_phy_read().
 */
int e1000_link_set(struct e1000_hw *hw, bool up);

/** e1000_mac_get() - the address of filter 0, which a reset takes from the EEPROM. */
void e1000_mac_get(const struct e1000_hw *hw, struct plx_ether_addr *mac);
/** e1000_rar_offset() - the register pair of address filter @index. */
uint32_t e1000_rar_offset(uint32_t index);
/** e1000_rar_set() - receive what is for @mac, by filter @index. */
void e1000_rar_set(const struct e1000_hw *hw, uint32_t index, const struct plx_ether_addr *mac);
/** e1000_rar_clear() - no more. */
void e1000_rar_clear(const struct e1000_hw *hw, uint32_t index);
/** e1000_mta_set() - let the multicast hash filter pass these @n addresses, and those that hash alike. */
void e1000_mta_set(const struct e1000_hw *hw, const struct plx_ether_addr *addrs, uint32_t n);
/** e1000_vfta_set() - receive VLAN @id, or not. */
void e1000_vfta_set(const struct e1000_hw *hw, uint16_t id, bool on);
/** e1000_filters_clear() - neither addresses, multicast nor VLANs. */
void e1000_filters_clear(const struct e1000_hw *hw);

/** e1000_fc_get() - how flow control is. */
void e1000_fc_get(struct e1000_hw *hw, struct plx_eth_fc_conf *fc);
/** e1000_fc_set() - program it. Return: 0; -EINVAL for water marks; as e1000_phy_read(). */
int e1000_fc_set(struct e1000_hw *hw, const struct plx_eth_fc_conf *fc);

/** e1000_led_set() - light LED 0, whatever the link does, or let it be as the chip wants again. */
void e1000_led_set(struct e1000_hw *hw, bool on);

/** e1000_stats_update() - add what the chip has counted to the statistics. Any thread. */
void e1000_stats_update(struct e1000_hw *hw);
/** e1000_stats_rebase() - the chip was reset: those that wrap go on from what they are. Any thread. */
void e1000_stats_rebase(struct e1000_hw *hw);
/** e1000_stats_reset() - from 0 again. Any thread. */
void e1000_stats_reset(struct e1000_hw *hw);
/** e1000_stat_get() - the statistic whose register is @reg; 0 if the family lacks it. Any thread. */
uint64_t e1000_stat_get(struct e1000_hw *hw, uint32_t reg);
/** e1000_stats_copy() - copy up to @n of them, in the family's order. Any thread. */
void e1000_stats_copy(struct e1000_hw *hw, uint64_t *values, unsigned int n);

PLX_END_DECLS
#endif
