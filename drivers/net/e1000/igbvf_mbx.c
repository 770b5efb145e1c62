/* SPDX-License-Identifier: BSD-3-Clause */
/* The mailbox between a VF and its PF. */
#include <string.h>

#include <plx_cycles.h>

#include "igbvf.h"

/* Microseconds between two looks. */
#define POLL_US 200
/* How long the PF may keep the buffer. */
#define BUFFER_TIMEOUT_US 10000
/* Messages of its own that a PF may send before it answers. */
#define MESSAGES_MAX 8

/* Reading clears events, and whoever reads may look for another one. */
uint32_t
igbvf_events(struct igbvf_port *vf)
{
	const uint32_t mbx = e1000_read(&vf->port.hw, IGBVF_MBX);

	if (mbx == UINT32_MAX)
		return IGBVF_MBX_GONE;
	return mbx | __atomic_or_fetch(&vf->events, mbx & IGBVF_MBX_EVENTS, __ATOMIC_RELAXED);
}

void
igbvf_events_clear(struct igbvf_port *vf, uint32_t events)
{
	__atomic_and_fetch(&vf->events, ~events, __ATOMIC_RELAXED);
}

/* Until one of @bits is there. Return: 0; -ETIMEDOUT; -ENODEV; -ENETRESET if the PF is reset. */
static int
await(struct igbvf_port *vf, uint32_t bits, unsigned int timeout_us)
{
	for (unsigned int waited = 0;; waited += POLL_US) {
		const uint32_t now = igbvf_events(vf);

		if (now == IGBVF_MBX_GONE)
			return -ENODEV;
		if (now & bits)
			return 0;
		if (now & (IGBVF_MBX_RSTI | IGBVF_MBX_RSTD))
			return -ENETRESET;
		if (waited >= timeout_us)
			return -ETIMEDOUT;
		plx_delay_us(POLL_US);
	}
}

/* Both sides write to the buffer: have it, so that the PF does not. */
static int
take_buffer(struct igbvf_port *vf)
{
	for (unsigned int waited = 0; waited < BUFFER_TIMEOUT_US; waited += POLL_US) {
		uint32_t now;

		e1000_write(&vf->port.hw, IGBVF_MBX, IGBVF_MBX_VFU);
		now = igbvf_events(vf);
		if (now == IGBVF_MBX_GONE)
			return -ENODEV;
		if (now & IGBVF_MBX_VFU)
			return 0;
		plx_delay_us(POLL_US);
	}
	return -ETIMEDOUT;
}

/* Writing REQ or ACK without VFU gives the buffer back. */
static int
send(struct igbvf_port *vf, const uint32_t *msg, unsigned int n)
{
	const struct e1000_hw *hw = &vf->port.hw;
	int ret = take_buffer(vf);

	if (ret < 0)
		return ret;
	/* What was there is overwritten: it told us nothing that we did not ask again. */
	igbvf_events_clear(vf, IGBVF_MBX_PFSTS | IGBVF_MBX_PFACK);
	for (unsigned int i = 0; i < n; i++)
		e1000_write(hw, IGBVF_MBX_MEM(i), msg[i]);
	e1000_write(hw, IGBVF_MBX, IGBVF_MBX_REQ);
	ret = await(vf, IGBVF_MBX_PFACK, IGBVF_MBX_TIMEOUT_US);
	igbvf_events_clear(vf, IGBVF_MBX_PFACK);
	return ret;
}

static int
receive(struct igbvf_port *vf, uint32_t *msg, unsigned int n)
{
	const struct e1000_hw *hw = &vf->port.hw;
	int ret = await(vf, IGBVF_MBX_PFSTS, IGBVF_MBX_TIMEOUT_US);

	igbvf_events_clear(vf, IGBVF_MBX_PFSTS);
	if (ret == 0)
		ret = take_buffer(vf);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < n; i++)
		msg[i] = e1000_read(hw, IGBVF_MBX_MEM(i));
	e1000_write(hw, IGBVF_MBX, IGBVF_MBX_ACK);
	return 0;
}

/* What the PF tells of by itself may come between the question and its answer; now and then. */
static int
exchange(struct igbvf_port *vf, uint32_t *msg, unsigned int n)
{
	const uint32_t type = msg[0] & IGBVF_MSG_TYPE;
	int ret = send(vf, msg, n);

	for (unsigned int i = 0; i < MESSAGES_MAX && ret == 0; i++) {
		ret = receive(vf, msg, n);
		if ((msg[0] & IGBVF_MSG_TYPE) != IGBVF_MSG_PF_CONTROL)
			break;
	}
	if (ret < 0)
		return ret;
	if ((msg[0] & IGBVF_MSG_TYPE) != type ||
	    !(msg[0] & (IGBVF_MSG_ACK | IGBVF_MSG_NACK)))
		return -EPROTO;
	return 0;
}

int
igbvf_request(struct igbvf_port *vf, uint32_t *msg, unsigned int n)
{
	int ret;

	if (__atomic_load_n(&vf->lost, __ATOMIC_RELAXED))
		return -ENETRESET;
	ret = exchange(vf, msg, n);
	if (ret < 0)
		return ret;
	/* A PF that does not know us refuses everything. */
	if (!(msg[0] & IGBVF_MSG_CTS))
		return -ENETRESET;
	return msg[0] & IGBVF_MSG_NACK ? -EPERM : 0;
}

/* VTCTRL: reset queues and interrupts of the function, and wait while the PF is reset itself. */
static int
reset_function(struct igbvf_port *vf)
{
	struct e1000_hw *hw = &vf->port.hw;

	e1000_stats_update(hw);
	e1000_write(hw, E1000_CTRL, E1000_CTRL_RST);
	for (unsigned int waited = 0; waited < IGBVF_RESET_TIMEOUT_US; waited += POLL_US) {
		const uint32_t events = igbvf_events(vf);

		if (events == IGBVF_MBX_GONE)
			return -ENODEV;
		igbvf_events_clear(vf, IGBVF_MBX_EVENTS);
		if (!(events & (IGBVF_MBX_RSTI | IGBVF_MBX_RSTD)))
			return 0;
		plx_delay_us(POLL_US);
	}
	return -ETIMEDOUT;
}

int
igbvf_reset(struct igbvf_port *vf)
{
	uint32_t msg[3] = { IGBVF_MSG_RESET };
	int ret = reset_function(vf);

	if (ret == 0)
		ret = exchange(vf, msg, PLX_DIM(msg));
	if (ret < 0)
		return ret;
	/* NACK: it has no address for us. */
	vf->given_mac = (msg[0] & IGBVF_MSG_ACK) != 0;
	if (vf->given_mac)
		memcpy(&vf->mac, &msg[1], sizeof(vf->mac));
	e1000_stats_rebase(&vf->port.hw);
	__atomic_store_n(&vf->lost, false, __ATOMIC_RELAXED);
	return 0;
}

void
igbvf_pf_lost(struct plx_eth_dev *dev)
{
	struct igbvf_port *vf = igbvf_port(dev);

	if (__atomic_exchange_n(&vf->lost, true, __ATOMIC_RELAXED))
		return;
	E1000_ERR(dev->name, "the PF was reset: stop and start the port");
	plx_eth_dev_callback_process(dev, PLX_ETH_EVENT_INTR_RESET, NULL);
}
