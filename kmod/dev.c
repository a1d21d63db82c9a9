// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/buddytop: who may do what. Read-only files observe: INFO, GET_CONFIG, mmap. The one
 * read-write file controls, cannot be mapped (a mapping would outlive the descriptor and delay its
 * release), and stops the load when it is released.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "ant.h"
#include "compat.h"

/* Sizes of the structures in ABI version 1: no caller knows less. */
#define ANT_CONFIG_MIN_BYTES	1240
#define ANT_INFO_MIN_BYTES	56

/* What versions 2 and 3 added. */
#define ANT_CONFIG_2_BYTES	(ANT_CONFIG_MIN_BYTES + 24)
#define ANT_CONFIG_3_BYTES	(ANT_CONFIG_2_BYTES + 8 + 4 * BT_ORDER_COUNT)

static_assert(BT_ABI_VERSION == 3);
static_assert(offsetof(struct bt_config, step) == ANT_CONFIG_MIN_BYTES);
static_assert(offsetof(struct bt_config, bulk_pages) == ANT_CONFIG_2_BYTES);
static_assert(sizeof(struct bt_config) == ANT_CONFIG_3_BYTES);
static_assert(sizeof(struct bt_info) == ANT_INFO_MIN_BYTES);

static struct ant_dev *ant_dev_of(const struct file *file)
{
	return container_of(file->private_data, struct ant_dev, misc);
}

static bool ant_is_controller(const struct file *file)
{
	return file->f_mode & FMODE_WRITE;
}

static int ant_open(struct inode *inode, struct file *file)
{
	struct ant_dev *dev = ant_dev_of(file);

	if (!(file->f_mode & FMODE_READ))
		return -EINVAL;
	if (!ant_is_controller(file))
		return 0;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (atomic_cmpxchg(&dev->controlled, 0, 1))
		return -EBUSY;
	WRITE_ONCE(dev->area->controlled, 1);
	return 0;
}

static int ant_close(struct inode *inode, struct file *file)
{
	struct ant_dev *dev = ant_dev_of(file);

	if (!ant_is_controller(file))
		return 0;
	ant_release(dev);
	WRITE_ONCE(dev->area->controlled, 0);
	/* Whoever controls next finds nothing of this one. */
	atomic_set_release(&dev->controlled, 0);
	return 0;
}

/* The size a caller gives in the first word of its structure. */
static int ant_user_size(const void __user *from, u32 least, u32 *size)
{
	if (get_user(*size, (const u32 __user *)from))
		return -EFAULT;
	if (*size < least)
		return -EINVAL;
	return *size > PAGE_SIZE ? -E2BIG : 0;
}

/* Copies what caller and module both know of a structure; more that the caller knows is zero. */
static int ant_copy_out(void __user *to, void *from, u32 known, u32 size)
{
	*(u32 *)from = min(size, known);
	if (copy_to_user(to, from, min(size, known)))
		return -EFAULT;
	if (size > known && clear_user(to + known, size - known))
		return -EFAULT;
	return 0;
}

static long ant_ioctl_info(struct ant_dev *dev, void __user *arg)
{
	struct bt_info info = dev->info;
	u32 size;
	int err;

	err = ant_user_size(arg, ANT_INFO_MIN_BYTES, &size);
	return err ?: ant_copy_out(arg, &info, sizeof(info), size);
}

static long ant_ioctl_get_config(struct ant_dev *dev, void __user *arg)
{
	struct bt_config *config;
	u32 size;
	int err;

	err = ant_user_size(arg, ANT_CONFIG_MIN_BYTES, &size);
	if (err)
		return err;
	config = kmalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return -ENOMEM;
	spin_lock(&dev->lock);
	*config = dev->config;
	spin_unlock(&dev->lock);
	err = ant_copy_out(arg, config, sizeof(*config), size);
	kfree(config);
	return err;
}

static long ant_ioctl_publish(struct ant_dev *dev, void __user *arg)
{
	struct bt_config __user *user = arg;
	struct bt_config *config;
	u32 size;
	int err;

	err = ant_user_size(arg, ANT_CONFIG_MIN_BYTES, &size);
	if (err)
		return err;
	config = kmalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return -ENOMEM;
	err = copy_struct_from_user(config, sizeof(*config), arg, size);
	if (err)
		goto out;
	config->size = sizeof(*config);
	mutex_lock(&dev->control);
	err = ant_publish(dev, config);
	mutex_unlock(&dev->control);
	if (!err)
		err = put_user(config->generation, &user->generation);
out:
	kfree(config);
	return err;
}

static long ant_ioctl_keepalive(struct ant_dev *dev, void __user *arg)
{
	ant_guard_keepalive(dev);
	return 0;
}

static const struct ant_command {
	unsigned int cmd;
	bool control;		/* for the controlling file only */
	long (*run)(struct ant_dev *dev, void __user *arg);
} ant_commands[] = {
	[_IOC_NR(BT_IOC_INFO)] = { BT_IOC_INFO, false, ant_ioctl_info },
	[_IOC_NR(BT_IOC_GET_CONFIG)] = { BT_IOC_GET_CONFIG, false, ant_ioctl_get_config },
	[_IOC_NR(BT_IOC_PUBLISH)] = { BT_IOC_PUBLISH, true, ant_ioctl_publish },
	[_IOC_NR(BT_IOC_KEEPALIVE)] = { BT_IOC_KEEPALIVE, true, ant_ioctl_keepalive },
};

static long ant_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct ant_command *command;
	unsigned int nr = _IOC_NR(cmd);

	if (nr >= ARRAY_SIZE(ant_commands))
		return -ENOTTY;
	command = &ant_commands[array_index_nospec(nr, ARRAY_SIZE(ant_commands))];
	if (cmd != command->cmd)
		return -ENOTTY;
	if (command->control && !ant_is_controller(file))
		return -EPERM;
	return command->run(ant_dev_of(file), (void __user *)arg);
}

static int ant_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (ant_is_controller(file) || vma->vm_flags & VM_WRITE)
		return -EACCES;
	ant_compat_vm_read_only(vma);
	return remap_vmalloc_range(vma, ant_dev_of(file)->area, vma->vm_pgoff);
}

static const struct file_operations ant_fops = {
	.owner = THIS_MODULE,
	.open = ant_open,
	.release = ant_close,
	.unlocked_ioctl = ant_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = ant_mmap,
};

int ant_dev_register(struct ant_dev *dev)
{
	dev->misc = (struct miscdevice){
		.minor = MISC_DYNAMIC_MINOR,
		.name = BT_DEVICE_NAME,
		.fops = &ant_fops,
		.mode = 0600,
	};
	return misc_register(&dev->misc);
}

void ant_dev_unregister(struct ant_dev *dev)
{
	misc_deregister(&dev->misc);
}
