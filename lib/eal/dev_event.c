/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <plx_dev_event.h>

#include "eal_private.h"

struct occurrence {
	const char *device_name;
	enum plx_dev_event_type event;
	int nb_called;
};

int
plx_dev_event_callback_register(const char *device_name, plx_dev_event_cb_fn cb, void *cb_arg)
{
	return plx_callbacks_add(&eal.dev_callbacks, 0, device_name, (plx_callback_fn)cb, cb_arg);
}

int
plx_dev_event_callback_unregister(const char *device_name, plx_dev_event_cb_fn cb, void *cb_arg)
{
	return plx_callbacks_remove(&eal.dev_callbacks, 0, device_name, (plx_callback_fn)cb, cb_arg);
}

static void
call(const struct plx_callback *cb, void *ctx)
{
	struct occurrence *o = ctx;
	int ret;

	if (cb->name[0] != '\0' && strcmp(cb->name, o->device_name) != 0)
		return;
	o->nb_called++;
	ret = ((plx_dev_event_cb_fn)cb->fn)(o->device_name, o->event, cb->arg);
	if (ret < 0)
		PLX_LOG(ERR, &eal_logtype, "%s: event %d was not handled (%s)", o->device_name,
			o->event, plx_strerror(ret));
}

int
plx_dev_event_callback_process(const char *device_name, enum plx_dev_event_type event)
{
	struct occurrence o = { device_name, event, 0 };

	plx_callbacks_run(&eal.dev_callbacks, 0, call, &o);
	return o.nb_called;
}
