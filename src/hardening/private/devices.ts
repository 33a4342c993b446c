/**
 * Devices of a host: which of them a container may get with a reason, and the consequences. @see
 * https://www.kernel.org/doc/html/latest/admin-guide/devices.html
 */
interface DeviceKind {
  readonly paths: RegExp;
  /** What a process with the device can do outside of its container. */
  readonly effect: string;
}

/** Those that give access to the host. */
const REFUSED: readonly DeviceKind[] = [
  {
    paths: /^\/dev\/(mem|kmem|port|nvram|cpu\/\d+\/msr|cpu_dma_latency)$/,
    effect: 'it reads or changes the memory and the processor of the host',
  },
  {
    paths: /^\/dev\/(kmsg|log|console|tty\d*|ttyS\d+|vcsa?\d*|vcsu\d*)$/,
    effect: 'it reads or writes the kernel log or a console of the host',
  },
  {
    paths:
      /^\/dev\/(sd[a-z]+\d*|hd[a-z]+\d*|vd[a-z]+\d*|xvd[a-z]+\d*|nvme.*|mmcblk.*|md.*|dm-.*|mapper(\/.*)?|disk(\/.*)?|block(\/.*)?|nbd.*|rbd.*|sr\d+|cdrom|sg\d+|bsg(\/.*)?|st\d+|nst\d+|mtd.*|pmem.*|zd\d+|zvol(\/.*)?|zfs|ram\d+|zram.*|bcache.*|drbd.*|btrfs-control|root)$/,
    effect: 'it reads and writes the files of the host and bypasses all permissions',
  },
  { paths: /^\/dev\/loop.*$/, effect: 'it shows any file as a disk, and changes disks that the host has mounted' },
  {
    paths: /^\/dev\/(fuse|cuse)$/,
    effect: 'a mount needs CAP_SYS_ADMIN, which gives control over the host; mount on the host, and pass the folder',
  },
  {
    paths: /^\/dev\/(vhost.*|vsock|vfio(\/.*)?|iommu|uio\d*)$/,
    effect: 'it reaches memory, devices or machines and bypasses the kernel and the guard',
  },
  { paths: /^\/dev\/(uinput|input(\/.*)?|hidraw\d+|uhid)$/, effect: 'it reads what is typed on the host, or types there' },
  {
    paths: /^\/dev\/(binder.*|bpf|kfd-.*|userfaultfd|autofs|snapshot|rfkill|watchdog\d*|mei\d*|ipmi.*|tpm.*)$/,
    effect: 'it controls the host or its kernel',
  },
];

/** Those that a container may get with a reason. */
const KNOWN: readonly DeviceKind[] = [
  { paths: /^\/dev\/net\/tun$/, effect: 'it makes interfaces in its own network, with CAP_NET_ADMIN' },
  { paths: /^\/dev\/ppp$/, effect: 'it makes PPP interfaces in its own network, with CAP_NET_ADMIN' },
  { paths: /^\/dev\/kvm$/, effect: 'it runs virtual machines: a large part of the kernel is within its reach' },
  {
    paths:
      /^\/dev\/(dri|dri\/(card|renderD)\d+|kfd|nvidia\d+|nvidiactl|nvidia-uvm|nvidia-uvm-tools|nvidia-modeset|mali\d+|apex_\d+|accel\/accel\d+)$/,
    effect: 'it uses the graphics processor through a driver in the kernel',
  },
  { paths: /^\/dev\/(snd|snd\/[A-Za-z0-9]+)$/, effect: 'it plays and records sound' },
  { paths: /^\/dev\/(video\d+|media\d+|v4l\/.*|dvb|dvb\/.*|cec\d+)$/, effect: 'it sees what cameras and tuners see' },
  { paths: /^\/dev\/(ttyUSB\d+|ttyACM\d+|ttyAMA\d+|serial\/by-(id|path)\/[^/]+)$/, effect: 'it talks to what is plugged in there' },
  { paths: /^\/dev\/bus\/usb(\/\d{3}(\/\d{3})?)?$/, effect: 'it controls what is plugged in there, disks and keyboards as well' },
  {
    paths: /^\/dev\/(i2c-\d+|spidev\d+\.\d+|gpiochip\d+|gpiomem\d*|pps\d+|ptp\d+|rtc\d+|lirc\d+|hwrng)$/,
    effect: 'it reads and switches what is wired to the board',
  },
];

/** Why a device gives access to the host; undefined for others. */
export function givesHostAway(path: string): string | undefined {
  return REFUSED.find(({ paths }) => paths.test(path))?.effect;
}

/** What a container can do with a device that it may get; undefined for a device that is not known. */
export function deviceEffect(path: string): string | undefined {
  return givesHostAway(path) === undefined ? KNOWN.find(({ paths }) => paths.test(path))?.effect : undefined;
}
