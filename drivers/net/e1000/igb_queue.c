/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of the chip: enable and disable them. */
#include <errno.h>

#include <plx_cycles.h>
#include <plx_io.h>
#include <plx_memory.h>

#include "igb_rxtx.h"

/* Microseconds between two looks. */
#define POLL_US 10
/* What the chip had fetched before it says that the queue is disabled may go on for so long. */
#define QUIET_US 100

/* Until a bit of a register is as it shall be; a chip that is gone reads as ones. */
static int
wait_enabled(void *regs, uint32_t enabled)
{
	for (unsigned int waited = 0;; waited += POLL_US) {
		const uint32_t dctl = plx_read32(igb_queue_reg(regs, IGB_DCTL));

		if (dctl == UINT32_MAX)
			return -ENODEV;
		if ((dctl & IGB_DCTL_ENABLE) == enabled)
			return 0;
		if (waited >= IGB_QUEUE_TIMEOUT_US)
			return -ETIMEDOUT;
		plx_delay_us(POLL_US);
	}
}

int
igb_queue_enable(void *regs, const struct igb_desc *ring, uint16_t nb_desc, uint32_t dctl)
{
	const uint64_t iova = plx_mem_iova(ring);

	plx_write32((uint32_t)iova, igb_queue_reg(regs, IGB_DBAL));
	plx_write32((uint32_t)(iova >> 32), igb_queue_reg(regs, IGB_DBAH));
	plx_write32((uint32_t)(nb_desc * sizeof(*ring)), igb_queue_reg(regs, IGB_DLEN));
	plx_write32(0, igb_queue_reg(regs, IGB_DH));
	plx_write32(0, igb_queue_reg(regs, IGB_DT));
	plx_write32(dctl | IGB_DCTL_ENABLE, igb_queue_reg(regs, IGB_DCTL));
	return wait_enabled(regs, IGB_DCTL_ENABLE);
}

int
igb_queue_disable(void *regs)
{
	const uint32_t dctl = plx_read32(igb_queue_reg(regs, IGB_DCTL));
	int ret;

	if (dctl == UINT32_MAX)
		return -ENODEV;
	if (!(dctl & IGB_DCTL_ENABLE))
		return 0;
	plx_write32(dctl & ~IGB_DCTL_ENABLE, igb_queue_reg(regs, IGB_DCTL));
	ret = wait_enabled(regs, 0);
	if (ret == 0)
		plx_delay_us(QUIET_US);
	return ret;
}
