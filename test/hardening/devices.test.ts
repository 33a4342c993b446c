import { deviceEffect, givesHostAway } from '../../src/hardening/private/devices';

describe('devices', () => {
  test.each([
    ['/dev/mem', 'memory'],
    ['/dev/kmem', 'memory'],
    ['/dev/port', 'memory'],
    ['/dev/cpu/0/msr', 'memory'],
    ['/dev/kmsg', 'kernel log'],
    ['/dev/tty0', 'console'],
    ['/dev/ttyS0', 'console'],
    ['/dev/sda', 'files of the host'],
    ['/dev/sda1', 'files of the host'],
    ['/dev/vdb', 'files of the host'],
    ['/dev/nvme0n1p2', 'files of the host'],
    ['/dev/mmcblk0p1', 'files of the host'],
    ['/dev/dm-0', 'files of the host'],
    ['/dev/md127', 'files of the host'],
    ['/dev/mapper/root', 'files of the host'],
    ['/dev/disk/by-id/usb-x', 'files of the host'],
    ['/dev/sg0', 'files of the host'],
    ['/dev/loop0', 'any file'],
    ['/dev/loop-control', 'any file'],
    ['/dev/fuse', 'CAP_SYS_ADMIN'],
    ['/dev/vhost-net', 'bypasses the kernel'],
    ['/dev/vfio/1', 'bypasses the kernel'],
    ['/dev/input/event0', 'typed'],
    ['/dev/hidraw0', 'typed'],
    ['/dev/uinput', 'typed'],
  ])('%s gives the host away', (path, says) => {
    expect(givesHostAway(path)).toContain(says);
    expect(deviceEffect(path)).toBeUndefined();
  });

  test.each([
    '/dev/net/tun',
    '/dev/ppp',
    '/dev/kvm',
    '/dev/dri',
    '/dev/dri/renderD128',
    '/dev/nvidia0',
    '/dev/nvidia-uvm',
    '/dev/snd',
    '/dev/snd/pcmC0D0p',
    '/dev/video0',
    '/dev/dvb/adapter0/frontend0',
    '/dev/ttyUSB0',
    '/dev/ttyACM0',
    '/dev/serial/by-id/usb-Silicon_Labs_CP2102-if00-port0',
    '/dev/bus/usb',
    '/dev/bus/usb/001/002',
    '/dev/i2c-1',
    '/dev/gpiochip0',
    '/dev/hwrng',
  ])('%s may be passed with a reason', (path) => {
    expect(deviceEffect(path)).toBeDefined();
    expect(givesHostAway(path)).toBeUndefined();
  });

  test.each(['/dev', '/dev/net', '/dev/other', '/dev/serial', '/dev/char/10:200', '/dev/net/tun2', '/dev/bus', '/dev/null'])(
    'nobody knows %s',
    (path) => expect([deviceEffect(path), givesHostAway(path)]).toEqual([undefined, undefined]),
  );
});
