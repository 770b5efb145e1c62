/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef IOMMUFD_UAPI_H
#define IOMMUFD_UAPI_H
/*
 * The kernel's interface for iommufd and for VFIO device nodes, as far as it is used here. Written
 * from Documentation/userspace-api/iommufd.rst, include/uapi/linux/iommufd.h and
 * include/uapi/linux/vfio.h of Linux 7.2, since the headers of Debian 12 (Linux 6.1) lack it.
 * Every struct starts with its own size; the kernel takes shorter ones than it knows.
 */
#include <linux/ioctl.h>
#include <stdint.h>

#define UAPI_IOMMU_DESTROY	_IO(';', 0x80)
#define UAPI_IOAS_ALLOC		_IO(';', 0x81)
#define UAPI_IOAS_COPY		_IO(';', 0x83)
#define UAPI_IOAS_IOVA_RANGES	_IO(';', 0x84)
#define UAPI_IOAS_MAP		_IO(';', 0x85)
#define UAPI_IOAS_UNMAP		_IO(';', 0x86)
#define UAPI_HWPT_ALLOC		_IO(';', 0x89)
#define UAPI_IOAS_MAP_FILE	_IO(';', 0x8f)	/* Linux 6.13 */
#define UAPI_IOAS_NOIOMMU_GET_PA	_IO(';', 0x95)	/* Linux 7.3 */

struct uapi_iommu_destroy {
	uint32_t size;
	uint32_t id;
};

struct uapi_ioas_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t out_ioas_id;
};

struct uapi_ioas_iova_ranges {
	uint32_t size;
	uint32_t ioas_id;
	uint32_t num_iovas;	/* in: room; out: how many there are */
	uint32_t reserved;
	uint64_t allowed_iovas;	/* pointer to pairs of first and last address */
	uint64_t out_iova_alignment;
};

#define UAPI_IOAS_MAP_FIXED_IOVA	(1u << 0)
#define UAPI_IOAS_MAP_WRITEABLE		(1u << 1)
#define UAPI_IOAS_MAP_READABLE		(1u << 2)

struct uapi_ioas_map {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	uint32_t reserved;
	uint64_t user_va;
	uint64_t length;
	uint64_t iova;
};

struct uapi_ioas_map_file {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	int32_t fd;
	uint64_t start;		/* offset in the file */
	uint64_t length;
	uint64_t iova;
};

struct uapi_ioas_copy {
	uint32_t size;
	uint32_t flags;
	uint32_t dst_ioas_id;
	uint32_t src_ioas_id;
	uint64_t length;
	uint64_t dst_iova;
	uint64_t src_iova;
};

struct uapi_ioas_unmap {
	uint32_t size;
	uint32_t ioas_id;
	uint64_t iova;
	uint64_t length;	/* out: bytes unmapped */
};

/* A page table of an IOAS that lives on without devices; the fields behind these are not needed. */
struct uapi_hwpt_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;	/* of a bound device: the table is for its IOMMU */
	uint32_t pt_id;		/* the IOAS */
	uint32_t out_hwpt_id;
	uint32_t reserved;
};

struct uapi_ioas_noiommu_get_pa {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	uint32_t reserved;
	uint64_t iova;
	uint64_t length;	/* in: at most; out: contiguous bytes */
	uint64_t out_phys;
};

/* VFIO: ioctls of a device node (/dev/vfio/devices/vfioN), type ';' too, from 100 on. */
#define UAPI_VFIO_DEVICE_BIND_IOMMUFD		_IO(';', 118)
#define UAPI_VFIO_DEVICE_ATTACH_IOMMUFD_PT	_IO(';', 119)
#define UAPI_VFIO_DEVICE_DETACH_IOMMUFD_PT	_IO(';', 120)

#define UAPI_VFIO_BIND_FLAG_TOKEN	(1u << 0)

struct uapi_vfio_bind_iommufd {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t out_devid;
	uint64_t token_uuid_ptr;	/* with the flag: 16 bytes; Linux 6.17 */
};

struct uapi_vfio_attach_pt {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pt_id;		/* in: IOAS or HWPT; out: the HWPT */
};

struct uapi_vfio_detach_pt {
	uint32_t argsz;
	uint32_t flags;
};

#endif
