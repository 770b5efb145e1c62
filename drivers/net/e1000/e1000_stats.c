/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters of the chip. They are cleared by reading, so what they were is added up here. */
#include "e1000_hw.h"

/* The chip is read under the lock: who reads a counter has its value alone. */
static void
lock(struct e1000_hw *hw)
{
	while (__atomic_exchange_n(&hw->stats_lock, 1, __ATOMIC_ACQUIRE) != 0)
		__builtin_ia32_pause();
}

static void
unlock(struct e1000_hw *hw)
{
	__atomic_store_n(&hw->stats_lock, 0, __ATOMIC_RELEASE);
}

static uint64_t
read_stat(const struct e1000_hw *hw, const struct e1000_stat *stat)
{
	uint64_t value = e1000_read(hw, stat->reg);

	if (stat->keeps)
		e1000_write(hw, stat->reg, 0);
	return stat->wide ? value | (uint64_t)e1000_read(hw, stat->reg + 4) << 32 : value;
}

/* A device that is gone has counted nothing: its registers read as ones. */
static void
update(struct e1000_hw *hw)
{
	if (e1000_is_gone(hw))
		return;
	for (unsigned int i = 0; i < hw->family->nb_stats; i++) {
		uint64_t value = read_stat(hw, &hw->family->stats[i]);

		if (plx_unlikely((uint32_t)value == UINT32_MAX) && e1000_is_gone(hw))
			return;
		hw->stats[i] += value;
	}
}

void
e1000_stats_update(struct e1000_hw *hw)
{
	lock(hw);
	update(hw);
	unlock(hw);
}

void
e1000_stats_reset(struct e1000_hw *hw)
{
	lock(hw);
	update(hw);
	for (unsigned int i = 0; i < hw->family->nb_stats; i++)
		hw->stats[i] = 0;
	unlock(hw);
}

uint64_t
e1000_stat_get(struct e1000_hw *hw, uint32_t reg)
{
	uint64_t value = 0;

	lock(hw);
	for (unsigned int i = 0; i < hw->family->nb_stats; i++)
		if (hw->family->stats[i].reg == reg)
			value = hw->stats[i];
	unlock(hw);
	return value;
}

void
e1000_stats_copy(struct e1000_hw *hw, uint64_t *values, unsigned int n)
{
	lock(hw);
	for (unsigned int i = 0; i < PLX_MIN(n, (unsigned int)hw->family->nb_stats); i++)
		values[i] = hw->stats[i];
	unlock(hw);
}
