/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VMXNET3_LOG_H
#define VMXNET3_LOG_H

#include <plx_log.h>

PLX_BEGIN_DECLS

/** vmxnet3_logtype - "pmd.net.vmxnet3". */
extern struct plx_logtype vmxnet3_logtype;

/** VMXNET3_ERR() - log an error of the device @name. */
#define VMXNET3_ERR(name, format, ...) \
	PLX_LOG(ERR, &vmxnet3_logtype, "%s: " format, name, ##__VA_ARGS__)

PLX_END_DECLS
#endif
