/* SPDX-License-Identifier: BSD-3-Clause */
/* The control queue: one command at a time, and its answer. */
#include <errno.h>
#include <string.h>

#include <plx_cycles.h>
#include <plx_malloc.h>
#include <plx_memory.h>

#include "virtio_log.h"
#include "virtio_net.h"
#include "virtqueue_packed.h"
#include "virtqueue_split.h"

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
virtio_cq_create(const char *dev_name, uint16_t size, uint64_t features, unsigned int timeout_ms,
	int socket)
{
	struct virtio_cq *cq;

	cq = plx_zmalloc_socket("virtio control queue", sizeof(*cq), 0, socket);
	if (cq == NULL)
		return NULL;
	cq->buf = plx_zmalloc_socket("virtio control buffer", sizeof(*cq->buf), 0, socket);
	if (cq->buf == NULL)
		goto err_buf;
	cq->vq.dev_name = dev_name;
	cq->vq.label = "control queue";
	if (virtqueue_alloc(&cq->vq, "virtio control rings", size, features, socket) < 0)
		goto err_vq;
	cq->timeout_ms = timeout_ms;
	return cq;
err_vq:
	plx_free(cq->buf);
err_buf:
	plx_free(cq);
	return NULL;
}

struct virtqueue *
virtio_cq_start(struct virtio_cq *cq, uint16_t index)
{
	cq->vq.index = index;
	virtqueue_reset(&cq->vq);
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

/*
 * Always by descriptors 0, which the device reads, and 1, which it writes: the available ring is
 * right as it is, all zero.
 */
static void
send_split(struct virtio_cq *cq, uint32_t len)
{
	struct virtqueue *vq = &cq->vq;

	vq->desc[0] = (struct virtq_desc){ plx_mem_iova(&cq->buf->hdr), len, VIRTQ_DESC_F_NEXT, 1 };
	vq->desc[1] = (struct virtq_desc){ plx_mem_iova(&cq->buf->ack), sizeof(cq->buf->ack),
		VIRTQ_DESC_F_WRITE, 0 };
	vq->avail_idx++;
	virtqueue_split_publish(vq);
	virtqueue_split_kick(vq);
}

/* Two descriptors of buffer 0, wherever the ring is. */
static void
send_packed(struct virtio_cq *cq, uint32_t len)
{
	struct virtqueue *vq = &cq->vq;
	const uint16_t first = vq->avail_idx, second = (uint16_t)(first + 1);

	virtqueue_packed_set(vq, first, plx_mem_iova(&cq->buf->hdr), len, 0);
	virtqueue_packed_set(vq, second, plx_mem_iova(&cq->buf->ack), sizeof(cq->buf->ack), 0);
	virtqueue_packed_publish(vq, second, VIRTQ_DESC_F_WRITE);
	virtqueue_packed_publish(vq, first, VIRTQ_DESC_F_NEXT);
	vq->avail_idx = (uint16_t)(first + 2);
	virtqueue_packed_kick(vq);
}

static bool
is_answered(const struct virtqueue *vq)
{
	return vq->packed ? virtqueue_packed_is_used(vq, vq->used_idx) :
		virtqueue_split_nb_used(vq) != 0;
}

/* Ring whether the device wants it or not. */
static void
ring_again(struct virtqueue *vq)
{
	virtqueue_notify(vq, vq->packed ? virtqueue_packed_off_wrap(vq, vq->avail_idx) :
		vq->avail_idx);
}

/*
 * When half of the time is over the doorbell is rung once more: an event loop of a hypervisor may have
 * missed it, and to a device that did not it is one look at the queue.
 */
static int
wait_for_answer(struct virtio_cq *cq)
{
	const uint64_t timeout = plx_get_timer_hz() / 1000 * cq->timeout_ms;
	const uint64_t start = plx_get_timer_cycles();
	bool again = false;

	while (!is_answered(&cq->vq)) {
		const uint64_t waited = plx_get_timer_cycles() - start;

		if (waited > timeout)
			return -ETIMEDOUT;
		if (!again && waited > timeout / 2) {
			again = true;
			ring_again(&cq->vq);
		}
		plx_delay_us(10);
	}
	if (again)
		PLX_LOG(WARNING, &virtio_logtype, "%s: the control queue was answered only after its "
			"doorbell was rung twice, or in more than %u ms", cq->vq.dev_name,
			cq->timeout_ms / 2);
	return 0;
}

/* The answer is there; is it to the one command that there was? */
static int
take_answer(struct virtqueue *vq)
{
	const uint16_t nb_used = vq->packed ? 1 : virtqueue_split_nb_used(vq);
	const struct virtq_used_elem e = vq->packed ? virtqueue_packed_used_at(vq, vq->used_idx) :
		virtqueue_split_used_at(vq, vq->used_idx & vq->mask);

	if (nb_used != 1 || e.id != 0) {
		virtqueue_break(vq, "%u buffers used of 1, the first one with id %u", nb_used, e.id);
		return -EPROTO;
	}
	vq->used_idx = vq->avail_idx;
	return 0;
}

int
virtio_cq_command(struct virtio_cq *cq, uint8_t cls, uint8_t command, const void *data, size_t len)
{
	struct virtqueue *vq = &cq->vq;
	struct cq_buffer *buf = cq->buf;
	const uint32_t sent = (uint32_t)(sizeof(buf->hdr) + len);
	int ret;

	if (len > sizeof(buf->data))
		return -EINVAL;
	if (vq->broken)
		return -EPROTO;
	buf->hdr.cls = cls;
	buf->hdr.command = command;
	memcpy(buf->data, data, len);
	buf->ack = VIRTIO_NET_ERR;
	if (virtqueue_check(vq, plx_mem_iova(buf), sent, VIRTIO_DMA_READ) < 0 ||
	    virtqueue_check(vq, plx_mem_iova(&buf->ack), sizeof(buf->ack), VIRTIO_DMA_WRITE) < 0)
		return -EFAULT;
	if (vq->packed)
		send_packed(cq, sent);
	else
		send_split(cq, sent);
	if (wait_for_answer(cq) < 0) {
		virtqueue_break(vq, "no answer to command %u of class %u within %u ms", command,
			cls, cq->timeout_ms);
		return -ETIMEDOUT;
	}
	ret = take_answer(vq);
	if (ret < 0)
		return ret;
	return __atomic_load_n(&buf->ack, __ATOMIC_RELAXED) == VIRTIO_NET_OK ? 0 : -EIO;
}
