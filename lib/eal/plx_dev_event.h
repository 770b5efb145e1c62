/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_DEV_EVENT_H
#define PLX_DEV_EVENT_H
/**
 * DOC: Events of devices, whatever bus they are on: they come, have to go, or are in error.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/**
 * enum plx_dev_event_type - what happened to a device.
 * @PLX_DEV_EVENT_ADD: it is there now.
 * @PLX_DEV_EVENT_REMOVE: it is gone, or the kernel wants it back and waits until it is released.
 * @PLX_DEV_EVENT_ERROR: it reported an error that it can't recover from by itself.
 */
enum plx_dev_event_type {
	PLX_DEV_EVENT_ADD,
	PLX_DEV_EVENT_REMOVE,
	PLX_DEV_EVENT_ERROR,
};

/**
 * typedef plx_dev_event_cb_fn - called on the interrupt thread.
 * @device_name: as "0000:01:00.0".
 * @event: what happened.
 * @cb_arg: of who registered it.
 *
 * It must not wait for long, nor close the port of the device: ports go on the main lcore only, to
 * which it should pass the event on. Returns 0 or a negative errno, which is logged.
 */
typedef int (*plx_dev_event_cb_fn)(const char *device_name, enum plx_dev_event_type event,
	void *cb_arg);

/**
 * plx_dev_event_callback_register() - hear of events.
 * @device_name: whose, as the bus names it; NULL for all devices.
 *
 * Any thread, any time, also within a callback.
 * Return: 0; -EEXIST if it is registered already; -ENOMEM.
 */
PLX_EXPORT int plx_dev_event_callback_register(const char *device_name, plx_dev_event_cb_fn cb,
	void *cb_arg);
/**
 * plx_dev_event_callback_unregister() - undo plx_dev_event_callback_register() of the same
 * arguments.
 *
 * When it returns, the callback will not be called any more, and runs at most if this was called
 * by it. Return: 0; -ENOENT if it is not registered.
 */
PLX_EXPORT int plx_dev_event_callback_unregister(const char *device_name, plx_dev_event_cb_fn cb,
	void *cb_arg);

/**
 * plx_dev_event_callback_process() - a bus tells of an event; on the interrupt thread.
 * Return: how many callbacks were called.
 */
PLX_EXPORT int plx_dev_event_callback_process(const char *device_name,
	enum plx_dev_event_type event);

PLX_END_DECLS
#endif
