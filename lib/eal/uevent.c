/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's messages about devices: lib/kobject_uevent.c of Linux. */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <plx_dev_hotplug.h>
#include <plx_interrupts.h>

#include "eal_private.h"

#define KERNEL_GROUP 1		/* multicast group; others, as udev's, are of user space */
#define MESSAGE_MAX 8192	/* the kernel's own limit is 2048 and the path */

static const char *
value_of(const char *pair, const char *key)
{
	size_t len = strlen(key);

	return strncmp(pair, key, len) == 0 && pair[len] == '=' ? pair + len + 1 : NULL;
}

static void
take(const char *pair, struct plx_uevent *event)
{
	const struct { const char *key, **field; } keys[] = {
		{ "ACTION", &event->action },
		{ "DEVPATH", &event->devpath },
		{ "SUBSYSTEM", &event->subsystem },
		{ "DRIVER", &event->driver },
	};

	for (size_t i = 0; i < PLX_DIM(keys); i++) {
		const char *value = value_of(pair, keys[i].key);

		if (value != NULL)
			*keys[i].field = value;
	}
}

/* "ACTION@DEVPATH", which the pairs behind it must repeat, and each text ends with a zero. */
int
eal_uevent_parse(const char *text, size_t len, struct plx_uevent *event)
{
	const char *end = text + len, *at, *pair;

	*event = (struct plx_uevent){ "", "", "", "" };
	if (len == 0 || end[-1] != '\0')
		return -EINVAL;
	at = strchr(text, '@');
	if (at == NULL)
		return -EINVAL;
	for (pair = text + strlen(text) + 1; pair < end; pair += strlen(pair) + 1)
		take(pair, event);
	if (event->action[0] == '\0' || strlen(event->action) != (size_t)(at - text) ||
	    strncmp(text, event->action, (size_t)(at - text)) != 0 ||
	    strcmp(at + 1, event->devpath) != 0)
		return -EINVAL;
	return 0;
}

int
eal_uevent_receive(int fd, char *text, size_t size, struct plx_uevent *event)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { text, size };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len = recvmsg(fd, &msg, MSG_DONTWAIT);

	if (len < 0)
		return -errno;
	/* Processes may send to the group as well; only the kernel's port is 0. */
	if (msg.msg_namelen != sizeof(from) || from.nl_family != AF_NETLINK || from.nl_pid != 0 ||
	    (msg.msg_flags & MSG_TRUNC) != 0)
		return -EPROTO;
	return eal_uevent_parse(text, (size_t)len, event);
}

void
eal_uevent_deliver(const struct plx_uevent *event)
{
	char name[PLX_DEV_NAME_MAX];

	for (struct plx_bus *bus = eal_buses(); bus != NULL; bus = bus->next) {
		int change = bus->uevent != NULL ? bus->uevent(bus, event, name) : 0;

		if (change != 0)
			plx_dev_event_callback_process(name, change > 0 ? PLX_DEV_EVENT_ADD :
				PLX_DEV_EVENT_REMOVE);
	}
}

static int
on_message(void *arg)
{
	int fd = (int)(intptr_t)arg;
	struct plx_uevent event;
	char text[MESSAGE_MAX];
	int ret;

	ret = eal_uevent_receive(fd, text, sizeof(text), &event);
	if (ret == 0)
		eal_uevent_deliver(&event);
	else if (ret == -ENOBUFS)
		PLX_LOG(WARNING, &eal_logtype, "device events were lost (ENOBUFS): they came faster "
			"than callbacks took them");
	/* What is not the kernel's, or makes no sense, is nobody's business. */
	return ret == 0 || ret == -ENOBUFS || ret == -EPROTO || ret == -EINVAL || ret == -EAGAIN ?
		0 : ret;
}

static int
open_socket(int *fd)
{
	const struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };
	int s = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT), ret;

	if (s < 0)
		return -errno;
	if (bind(s, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
		ret = -errno;
		close(s);
		return ret;
	}
	*fd = s;
	return 0;
}

static struct plx_intr_handle
handle_of(int fd)
{
	return (struct plx_intr_handle){ "uevents", PLX_INTR_HANDLE_EXT, fd };
}

/* monitor_lock is held. */
static int
start(struct eal_hotplug *h)
{
	struct plx_intr_handle handle;
	int ret = open_socket(&h->monitor_fd);

	if (ret < 0)
		return ret;
	handle = handle_of(h->monitor_fd);
	ret = plx_intr_callback_register(&handle, on_message, (void *)(intptr_t)handle.fd);
	if (ret < 0) {
		close(h->monitor_fd);
		h->monitor_fd = -1;
	}
	return ret;
}

int
plx_dev_event_monitor_start(void)
{
	struct eal_hotplug *h = &eal.hotplug;
	int ret;

	pthread_mutex_lock(&h->monitor_lock);
	ret = h->monitor_fd < 0 ? start(h) : 0;
	pthread_mutex_unlock(&h->monitor_lock);
	if (ret < 0)
		PLX_LOG(ERR, &eal_logtype, "can't listen to device events (%s): %s", plx_strerror(ret),
			ret == -EINVAL ? "call plx_eal_init() first" : "is AF_NETLINK allowed here?");
	return ret;
}

/* Without the lock where it waits for the callback, which may call this. */
int
plx_dev_event_monitor_stop(void)
{
	struct eal_hotplug *h = &eal.hotplug;
	struct plx_intr_handle handle;
	int ret;

	pthread_mutex_lock(&h->monitor_lock);
	handle = handle_of(h->monitor_fd);
	h->monitor_fd = -1;
	pthread_mutex_unlock(&h->monitor_lock);
	if (handle.fd < 0)
		return -ENOENT;
	ret = plx_intr_callback_unregister(&handle, on_message, (void *)(intptr_t)handle.fd);
	close(handle.fd);
	return ret;
}
