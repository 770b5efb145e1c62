/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VIRTIO_LOG_H
#define VIRTIO_LOG_H

#include <plx_log.h>

PLX_BEGIN_DECLS

/** virtio_logtype - "pmd.net.virtio". */
extern struct plx_logtype virtio_logtype;

/** VIRTIO_LOG() - log something about the device @name. */
#define VIRTIO_LOG(level, name, format, ...) \
	PLX_LOG(level, &virtio_logtype, "%s: " format, name, ##__VA_ARGS__)
/** VIRTIO_ERR() - log an error of the device @name. */
#define VIRTIO_ERR(name, format, ...) VIRTIO_LOG(ERR, name, format, ##__VA_ARGS__)

PLX_END_DECLS
#endif
