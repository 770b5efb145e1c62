/* SPDX-License-Identifier: BSD-3-Clause */
/* Reset, EEPROM and LED. */
#include <plx_cycles.h>

#include "e1000_hw.h"

/* Microseconds between two looks. */
#define POLL_US 10
/* After a reset was begun no register is touched for so long. */
#define RESET_QUIET_US 1000
/* The words whose checksum makes an EEPROM valid: what there is at least. */
#define NVM_WORDS_MIN 64

int
e1000_wait(const struct e1000_hw *hw, uint32_t reg, uint32_t bits, uint32_t value,
	unsigned int timeout_us)
{
	for (unsigned int waited = 0;; waited += POLL_US) {
		uint32_t now = e1000_read(hw, reg);

		if (plx_unlikely(now == UINT32_MAX) && e1000_is_gone(hw))
			return -ENODEV;
		if ((now & bits) == value)
			return 0;
		if (waited >= timeout_us)
			return -ETIMEDOUT;
		plx_delay_us(POLL_US);
	}
}

static void
mask_interrupts(struct e1000_hw *hw)
{
	e1000_write(hw, E1000_IMC, E1000_INT_ALL);
	(void)e1000_read(hw, E1000_ICR);
}

int
e1000_reset(struct e1000_hw *hw)
{
	int ret;

	if (e1000_is_gone(hw))
		return -ENODEV;
	/* What the counters have would be lost. */
	e1000_stats_update(hw);
	hw->led_on = false;
	__atomic_store_n(&hw->link_off, true, __ATOMIC_RELAXED);
	mask_interrupts(hw);
	e1000_write(hw, E1000_RCTL, 0);
	e1000_write(hw, E1000_TCTL, E1000_TCTL_PSP);
	e1000_flush(hw);
	e1000_set(hw, E1000_CTRL, E1000_CTRL_MASTER_DIS);
	(void)e1000_wait(hw, E1000_STATUS, E1000_STATUS_MASTER_EN, 0, E1000_MASTER_TIMEOUT_US);
	e1000_set(hw, E1000_CTRL, E1000_CTRL_RST);
	plx_delay_us(RESET_QUIET_US);
	ret = e1000_wait(hw, E1000_CTRL, E1000_CTRL_RST, 0, E1000_RESET_TIMEOUT_US);
	if (ret == 0 && hw->family->auto_read)
		ret = e1000_wait(hw, E1000_EECD, E1000_EECD_AUTO_RD, E1000_EECD_AUTO_RD,
			E1000_NVM_TIMEOUT_US);
	mask_interrupts(hw);
	return ret;
}

uint32_t
e1000_nvm_words(const struct e1000_hw *hw)
{
	const uint32_t eecd = e1000_read(hw, E1000_EECD);

	if (eecd == UINT32_MAX || !(eecd & E1000_EECD_PRES))
		return 0;
	return E1000_EECD_SIZE(eecd) == 0 ? NVM_WORDS_MIN :
		PLX_MIN(NVM_WORDS_MIN << E1000_EECD_SIZE(eecd), E1000_EERD_ADDR_MAX + 1);
}

int
e1000_nvm_read(const struct e1000_hw *hw, uint32_t word, uint32_t n, uint16_t *data)
{
	const uint32_t words = e1000_nvm_words(hw);

	if (word > words || n > words - word)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++) {
		int ret;

		e1000_write(hw, E1000_EERD, E1000_EERD_ADDR(word + i) | E1000_EERD_START);
		ret = e1000_wait(hw, E1000_EERD, E1000_EERD_DONE, E1000_EERD_DONE,
			E1000_NVM_TIMEOUT_US);
		if (ret < 0)
			return ret;
		data[i] = E1000_EERD_DATA(e1000_read(hw, E1000_EERD));
	}
	return 0;
}

void
e1000_led_set(struct e1000_hw *hw, bool on)
{
	if (on == hw->led_on)
		return;
	if (on)
		hw->ledctl = e1000_read(hw, E1000_LEDCTL);
	e1000_write(hw, E1000_LEDCTL, on ? (hw->ledctl & ~E1000_LEDCTL_LED(0)) |
		E1000_LEDCTL_MODE(0, E1000_LED_MODE_ON) : hw->ledctl);
	hw->led_on = on;
}
