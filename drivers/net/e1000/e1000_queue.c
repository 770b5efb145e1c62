/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <plx_malloc.h>

#include "e1000_port.h"
#include "e1000_queue.h"

void
e1000_queue_break(struct e1000_queue *queue, bool rx, const char *format, ...)
{
	char what[128];
	va_list ap;

	if (queue->broken)
		return;
	queue->broken = true;
	queue->running = false;
	e1000_count(&queue->errors, 1);
	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	E1000_ERR(queue->dev->name, "%s queue %u is stopped, the device broke the protocol: %s; "
		"stop and start the port", rx ? "Rx" : "Tx", queue->id, what);
	plx_eth_dev_callback_process(queue->dev, PLX_ETH_EVENT_INTR_RESET, NULL);
}

int
e1000_ring_alloc(void **ring, const char *type, size_t bytes, unsigned int align, int socket)
{
	const size_t page = plx_mem_iova_page();

	/* The device has one address for all of it. */
	if (page != 0 && bytes > page)
		return -EINVAL;
	*ring = plx_zmalloc_socket(type, bytes, align, socket);
	return *ring != NULL ? 0 : -ENOMEM;
}

uint16_t
e1000_queue_thresh(uint16_t wanted, uint16_t usual, uint16_t nb_desc)
{
	return wanted != 0 ? wanted : PLX_MIN(usual, (uint16_t)(nb_desc / 4));
}
