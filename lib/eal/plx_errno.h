/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ERRNO_H
#define PLX_ERRNO_H
/**
 * DOC: Errors as text.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/**
 * plx_strerror() - name and meaning of an errno, "EBUSY, Device or resource busy".
 * @errnum: positive or negative.
 *
 * Any thread. Return: text in a buffer of the calling thread, valid until its next call.
 */
PLX_EXPORT const char *plx_strerror(int errnum);

PLX_END_DECLS
#endif
