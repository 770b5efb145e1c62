/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <plx_cycles.h>
#include <plx_malloc.h>

#include "virtio_net.h"

/** struct cq_buffer - one command as the device sees it. */
struct cq_buffer {
	struct virtio_net_ctrl_hdr hdr;
	uint8_t data[VIRTIO_CQ_DATA_MAX];
	uint8_t ack;
};

struct virtio_cq {
	struct virtqueue vq;
	struct cq_buffer *buf;
	unsigned int timeout_ms;
};

struct virtio_cq *
virtio_cq_create(const char *dev_name, uint16_t index, uint16_t size, unsigned int timeout_ms,
	int socket)
{
	struct virtio_cq *cq;

	cq = plx_zmalloc_socket("virtio control queue", sizeof(*cq), 0, socket);
	if (cq == NULL)
		return NULL;
	cq->buf = plx_zmalloc_socket("virtio control buffer", sizeof(*cq->buf), 0, socket);
	if (cq->buf == NULL)
		goto err_buf;
	if (virtqueue_alloc(&cq->vq, "virtio control rings", dev_name, "control queue", index, size,
			socket) < 0)
		goto err_vq;
	cq->timeout_ms = timeout_ms;
	return cq;
err_vq:
	plx_free(cq->buf);
err_buf:
	plx_free(cq);
	return NULL;
}

/*
 * One command at a time, always by descriptors 0, which the device reads, and 1, which it writes:
 * the available ring is right as it is, all zero.
 */
struct virtqueue *
virtio_cq_start(struct virtio_cq *cq)
{
	struct virtq_desc *desc = cq->vq.desc;

	virtqueue_reset(&cq->vq);
	desc[0].addr = (uint64_t)(uintptr_t)&cq->buf->hdr;
	desc[0].flags = VIRTQ_DESC_F_NEXT;
	desc[0].next = 1;
	desc[1].addr = (uint64_t)(uintptr_t)&cq->buf->ack;
	desc[1].len = sizeof(cq->buf->ack);
	desc[1].flags = VIRTQ_DESC_F_WRITE;
	return &cq->vq;
}

void
virtio_cq_destroy(struct virtio_cq *cq)
{
	if (cq == NULL)
		return;
	virtqueue_free(&cq->vq);
	plx_free(cq->buf);
	plx_free(cq);
}

static int
wait_for_answer(const struct virtio_cq *cq)
{
	const uint64_t timeout = plx_get_timer_hz() / 1000 * cq->timeout_ms;
	const uint64_t start = plx_get_timer_cycles();

	while (virtqueue_nb_used(&cq->vq) == 0) {
		if (plx_get_timer_cycles() - start > timeout)
			return -ETIMEDOUT;
		plx_delay_us(10);
	}
	return 0;
}

int
virtio_cq_command(struct virtio_cq *cq, uint8_t cls, uint8_t command, const void *data,
	size_t len)
{
	struct virtqueue *vq = &cq->vq;
	struct cq_buffer *buf = cq->buf;
	struct virtq_used_elem e;

	if (len > sizeof(buf->data))
		return -EINVAL;
	if (vq->broken)
		return -EPROTO;
	buf->hdr.cls = cls;
	buf->hdr.command = command;
	memcpy(buf->data, data, len);
	buf->ack = VIRTIO_NET_ERR;
	vq->desc[0].len = (uint32_t)(sizeof(buf->hdr) + len);
	if (virtqueue_check(vq, vq->desc[0].addr, vq->desc[0].len, VIRTIO_DMA_READ) < 0 ||
	    virtqueue_check(vq, vq->desc[1].addr, vq->desc[1].len, VIRTIO_DMA_WRITE) < 0)
		return -EFAULT;
	vq->avail_idx++;
	virtqueue_publish(vq);
	virtqueue_kick(vq);
	if (wait_for_answer(cq) < 0) {
		virtqueue_break(vq, "no answer to command %u of class %u within %u ms", command,
			cls, cq->timeout_ms);
		return -ETIMEDOUT;
	}
	e = virtqueue_used_at(vq, vq->used_idx & vq->mask);
	if (virtqueue_nb_used(vq) != 1 || e.id != 0) {
		virtqueue_break(vq, "%u buffers used of 1, the first one with id %u",
			virtqueue_nb_used(vq), e.id);
		return -EPROTO;
	}
	vq->used_idx++;
	return __atomic_load_n(&buf->ack, __ATOMIC_RELAXED) == VIRTIO_NET_OK ? 0 : -EIO;
}
