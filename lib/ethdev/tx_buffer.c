/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers of packets to be sent together. */
#include "ethdev_private.h"

void
plx_eth_tx_buffer_drop_callback(struct plx_mbuf **pkts, uint16_t unsent, void *userdata)
{
	plx_pktmbuf_free_bulk(pkts, unsent);
}

void
plx_eth_tx_buffer_count_callback(struct plx_mbuf **pkts, uint16_t unsent, void *userdata)
{
	uint64_t *count = userdata;

	plx_pktmbuf_free_bulk(pkts, unsent);
	*count += unsent;
}

int
plx_eth_tx_buffer_set_err_callback(struct plx_eth_dev_tx_buffer *buffer,
	plx_eth_tx_buffer_cb_fn callback, void *userdata)
{
	if (buffer == NULL || callback == NULL)
		return -EINVAL;
	buffer->error_callback = callback;
	buffer->error_userdata = userdata;
	return 0;
}

int
plx_eth_tx_buffer_init(struct plx_eth_dev_tx_buffer *buffer, uint16_t size)
{
	if (buffer == NULL || size == 0)
		return -EINVAL;
	buffer->size = size;
	buffer->length = 0;
	return plx_eth_tx_buffer_set_err_callback(buffer, plx_eth_tx_buffer_drop_callback, NULL);
}
