/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IGB_CHIP_H
#define IGB_CHIP_H
/**
 * DOC: The chips with advanced descriptors, and how they differ.
 */
#include "e1000_hw.h"
#include "igb_regs.h"

PLX_BEGIN_DECLS

/** IGB_QUEUES_MAX - queues of the chip that has most. */
#define IGB_QUEUES_MAX 16

/**
 * struct igb_chip - a chip.
 * @family: what the common parts want to know; first.
 * @nb_queues: receive queues, and as many for sending.
 * @ivar_columns: IVAR(n) is for queues n and n + 8 (82576), not for 2n and 2n + 1.
 * @queue_strips_crc: each queue strips the CRC for itself.
 */
struct igb_chip {
	struct e1000_family family;
	uint16_t nb_queues;
	bool ivar_columns;
	bool queue_strips_crc;
};

/** igb_chip_of() - the chip with that PCI device id; NULL if it is none of ours. */
const struct igb_chip *igb_chip_of(uint16_t device_id);
/** igb_chip() - the chip of @hw. */
static inline const struct igb_chip *
igb_chip(const struct e1000_hw *hw)
{
	return plx_container_of(hw->family, struct igb_chip, family);
}

/**
 * igb_reset() - reset the chip, and let it look for a link.
 *
 * All queues are disabled afterwards. Return: as e1000_reset() and e1000_phy_read().
 */
int igb_reset(struct e1000_hw *hw);

/** igb_vector_set() - let queue @queue interrupt by MSI-X vector @vector. */
void igb_vector_set(const struct e1000_hw *hw, uint16_t queue, uint16_t vector);

PLX_END_DECLS
#endif
