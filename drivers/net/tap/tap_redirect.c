/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic control, by rtnetlink(7) and linux/pkt_cls.h: the qdisc that lets filters see what an
 * interface receives, and a filter whose action sends all of it by another one. Of the filters that
 * match everything, u32 without a key is in the most kernels.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>

#include "net_tap.h"

/* The first one in line: what it takes no other filter sees. */
#define PREF 1

struct request {
	struct nlmsghdr head;
	struct tcmsg tc;
	char attrs[256];
};

/* What is at our place in the line, of scan(): our own kind, or somebody else's. */
enum { LEFT_OVER = 1, FOREIGN = 2 };

static struct request
qdisc_request(uint16_t type, uint16_t flags, int iface)
{
	return (struct request){
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct tcmsg)), .nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags },
		.tc = { .tcm_family = AF_UNSPEC, .tcm_ifindex = iface,
			.tcm_parent = TC_H_CLSACT, .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0) },
	};
}

static struct request
filter_request(uint16_t type, uint16_t flags, int iface)
{
	struct request req = qdisc_request(type, flags, iface);

	req.tc.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	req.tc.tcm_handle = 0;
	req.tc.tcm_info = (uint32_t)PREF << 16 | htons(ETH_P_ALL);
	return req;
}

/* Append an attribute; those in it follow, until end_attr(). */
static struct rtattr *
add_attr(struct request *req, unsigned short type, const void *data, size_t len)
{
	struct rtattr *attr = (void *)((char *)req + NLMSG_ALIGN(req->head.nlmsg_len));

	attr->rta_type = type;
	attr->rta_len = (unsigned short)RTA_LENGTH(len);
	if (len > 0)
		memcpy(RTA_DATA(attr), data, len);
	req->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(req->head.nlmsg_len) + RTA_SPACE(len));
	return attr;
}

static void
end_attr(const struct request *req, struct rtattr *attr)
{
	const char *end = (const char *)req + req->head.nlmsg_len;

	attr->rta_len = (unsigned short)(end - (const char *)attr);
}

static void
add_kind(struct request *req, unsigned short type, const char *kind)
{
	add_attr(req, type, kind, strlen(kind) + 1);
}

static ssize_t
receive(int fd, void *buf, size_t size)
{
	ssize_t n;

	do
		n = recv(fd, buf, size, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* Return: the kernel's answer, 0 or a negative errno. */
static int
ask(int fd, struct request *req)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} answer = { .head = { .nlmsg_len = 0 } };
	ssize_t n;

	req->head.nlmsg_flags |= NLM_F_ACK;
	if (send(fd, req, req->head.nlmsg_len, 0) < 0)
		return -errno;
	n = receive(fd, &answer, sizeof(answer));
	if (n < 0)
		return (int)n;
	return answer.head.nlmsg_type == NLMSG_ERROR ? answer.error.error : -EPROTO;
}

static struct rtattr *
find(struct rtattr *attr, int len, unsigned short type)
{
	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
		if ((attr->rta_type & NLA_TYPE_MASK) == type)
			return attr;
	return NULL;
}

/* One of those in @outer; NULL in NULL. */
static struct rtattr *
find_in(struct rtattr *outer, unsigned short type)
{
	return outer != NULL ? find(RTA_DATA(outer), RTA_PAYLOAD(outer), type) : NULL;
}

static bool
is_kind(struct rtattr *attr, const char *kind)
{
	const size_t len = strlen(kind) + 1;

	return attr != NULL && (size_t)RTA_PAYLOAD(attr) >= len &&
		memcmp(RTA_DATA(attr), kind, len) == 0;
}

/*
 * A filter at our place is left over from a process that was killed if it sends to @to, which is a
 * tap device that stayed, or to an interface that is gone, which the kernel writes as 0.
 */
static unsigned int
judge(struct nlmsghdr *msg, int to)
{
	const struct tcmsg *tc = NLMSG_DATA(msg);
	struct rtattr *attrs = TCA_RTA(NLMSG_DATA(msg)), *action, *parms;
	const int len = (int)NLMSG_PAYLOAD(msg, sizeof(*tc));
	const struct tc_mirred *mirred;

	if (msg->nlmsg_type != RTM_NEWTFILTER || tc->tcm_info >> 16 != PREF)
		return 0;
	if (!is_kind(find(attrs, len, TCA_KIND), "u32"))
		return FOREIGN;
	/* The table, not what is in it. */
	if (TC_U32_NODE(tc->tcm_handle) == 0)
		return LEFT_OVER;
	action = find_in(find_in(find(attrs, len, TCA_OPTIONS), TCA_U32_ACT), 1);
	parms = find_in(find_in(action, TCA_ACT_OPTIONS), TCA_MIRRED_PARMS);
	if (!is_kind(find_in(action, TCA_ACT_KIND), "mirred") || parms == NULL ||
	    (size_t)RTA_PAYLOAD(parms) < sizeof(*mirred))
		return FOREIGN;
	mirred = RTA_DATA(parms);
	return mirred->ifindex == 0 || mirred->ifindex == (uint32_t)to ? LEFT_OVER : FOREIGN;
}

/* What is at our place on @from, if it is to send to @to. Return: bits, or a negative errno. */
static int
scan(int fd, int from, int to)
{
	struct request req = filter_request(RTM_GETTFILTER, NLM_F_DUMP, from);
	/* As much as the kernel gives at a time. */
	char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	unsigned int found = 0;

	if (send(fd, &req, req.head.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t n = receive(fd, buf, sizeof(buf));
		struct nlmsghdr *msg = (void *)buf;

		if (n < 0)
			return (int)n;
		for (; NLMSG_OK(msg, (size_t)n); msg = NLMSG_NEXT(msg, n)) {
			if (msg->nlmsg_type == NLMSG_DONE)
				return (int)found;
			if (msg->nlmsg_type == NLMSG_ERROR)
				return ((const struct nlmsgerr *)NLMSG_DATA(msg))->error;
			found |= judge(msg, to);
		}
	}
}

static int
delete_filter(int fd, int from)
{
	struct request req = filter_request(RTM_DELTFILTER, 0, from);

	add_kind(&req, TCA_KIND, "u32");
	return ask(fd, &req);
}

/* Make room, of what is ours. */
static int
clear(int fd, int from, int to)
{
	int found = scan(fd, from, to);

	if (found > 0)
		return found & FOREIGN ? -EBUSY : delete_filter(fd, from);
	return found;
}

/* One that is there already, or the older "ingress", does as well, and stays. */
static int
add_qdisc(int fd, struct tap_redirect *redirect)
{
	struct request req = qdisc_request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, redirect->from);
	int ret;

	add_kind(&req, TCA_KIND, "clsact");
	ret = ask(fd, &req);
	redirect->qdisc = ret == 0;
	return ret == -EEXIST ? 0 : ret;
}

static int
add_filter(int fd, struct tap_redirect *redirect, int to)
{
	static const struct tc_u32_sel all = { .flags = TC_U32_TERMINAL };
	static const uint32_t flags = TCA_CLS_FLAGS_SKIP_HW;
	const struct tc_mirred mirred = { .action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR,
		.ifindex = (uint32_t)to };
	const uint16_t anew = NLM_F_CREATE | NLM_F_EXCL;
	struct request req = filter_request(RTM_NEWTFILTER, anew, redirect->from);
	struct rtattr *options, *actions, *action, *parms;
	int ret;

	add_kind(&req, TCA_KIND, "u32");
	options = add_attr(&req, TCA_OPTIONS, NULL, 0);
	add_attr(&req, TCA_U32_SEL, &all, sizeof(all));
	add_attr(&req, TCA_U32_FLAGS, &flags, sizeof(flags));
	actions = add_attr(&req, TCA_U32_ACT, NULL, 0);
	action = add_attr(&req, 1, NULL, 0);
	add_kind(&req, TCA_ACT_KIND, "mirred");
	parms = add_attr(&req, TCA_ACT_OPTIONS, NULL, 0);
	add_attr(&req, TCA_MIRRED_PARMS, &mirred, sizeof(mirred));
	end_attr(&req, parms);
	end_attr(&req, action);
	end_attr(&req, actions);
	end_attr(&req, options);
	ret = ask(fd, &req);
	redirect->filter = ret == 0;
	return ret;
}

int
tap_redirect_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd < 0 ? -errno : fd;
}

int
tap_redirect(int fd, struct tap_redirect *redirect, int from, int to)
{
	int ret;

	*redirect = (struct tap_redirect){ .from = from };
	ret = add_qdisc(fd, redirect);
	if (ret == 0)
		ret = clear(fd, from, to);
	return ret == 0 ? add_filter(fd, redirect, to) : ret;
}

int
tap_redirect_undo(int fd, struct tap_redirect *redirect)
{
	struct request req = qdisc_request(RTM_DELQDISC, 0, redirect->from);
	int ret = 0;

	/* With a qdisc go its filters. */
	if (redirect->qdisc)
		ret = ask(fd, &req);
	else if (redirect->filter)
		ret = delete_filter(fd, redirect->from);
	*redirect = (struct tap_redirect){ .from = redirect->from };
	/* What somebody else has taken away need not go. */
	return ret == -ENOENT || ret == -ENODEV || ret == -EINVAL ? 0 : ret;
}
