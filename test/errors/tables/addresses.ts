import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, TerraformStack, TerraformVariable } from 'cdktf';
import { AddressBook, BridgeSegment, Cidr, Peer } from '../../../src';
import { newDaemon } from '../../support/programs';
import { type Entry, program, told, value, whole } from '../entry';

const BLOCK = { ipv4Block: Cidr.parse('10.20.5.0/24') };

/** A container with a static address in 10.20.5.0/24. */
function addressed(code: Entry['code'], address: string, says: string[], mended: string): Entry {
  return program(code, told('app/Web', [address, ...says], "choose from '10.20.5.2' to '10.20.5.239'"), (p, isMended) => {
    p.container('Web', p.segment('Front', BLOCK), { ipv4Address: isMended ? mended : address });
    return (s) => s.container('app-web').networks_advanced[0].ipv4_address === mended;
  });
}

/** A program with a lock file in a folder of its own, synthesized as the command does. */
function locked(
  code: Entry['code'],
  says: string[],
  follow: string,
  at: string,
  prepare: (file: string, isMended: boolean) => void,
): Entry {
  return whole(code, told(at, says, follow), (isMended) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-'));
    try {
      const file = path.join(folder, code === 'LockNotWritten' ? 'locks/bulkhead.lock.json' : 'bulkhead.lock.json');
      prepare(file, isMended);
      synthLocked(file, code === 'LockOutdated');
      return fs.readFileSync(file, 'utf8').includes('app/Front');
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
}

function synthLocked(lockFile: string, frozen: boolean): void {
  const app = new App({ outdir: path.join(path.dirname(lockFile), '..', `${path.basename(path.dirname(lockFile))}-out`) });
  try {
    new AddressBook(app, 'Book', { lockFile, frozen });
    const stack = new TerraformStack(app, 'app');
    new BridgeSegment(stack, 'Front', { daemon: newDaemon(stack) });
    app.synth();
  } finally {
    fs.rmSync(app.outdir, { recursive: true, force: true });
  }
}

export const ADDRESSES: readonly Entry[] = [
  value('CidrSyntax', told(undefined, "'10.20.0.7' is not a block", "write '10.20.0.7/32'"), (isMended) =>
    Cidr.parse(isMended ? '10.20.0.7/32' : '10.20.0.7').containsAddress('10.20.0.7'),
  ),
  value('CidrHasHostBits', told(undefined, "'10.20.0.5/24' has host bits set", "write '10.20.0.0/24' for the block"), (isMended) =>
    Cidr.parse(isMended ? '10.20.0.0/24' : '10.20.0.5/24').containsAddress('10.20.0.5'),
  ),
  value('AddressSyntax', told(undefined, "'payments.example' is a name", "Peer.address('203.0.113.7')"), (isMended) =>
    Peer.address(isMended ? '203.0.113.7' : 'payments.example').peerText.startsWith('203.0.113.7'),
  ),
  value('AddressSyntax', told(undefined, "'203.0.113.0/24' is a block", 'use Peer.cidr()'), (isMended) =>
    (isMended ? Peer.cidr('203.0.113.0/24') : Peer.address('203.0.113.0/24')).peerText.endsWith('/24'),
  ),
  addressed('AddressOutsideBlock', '10.20.6.7', ["is not inside the block of 'app/Front' (10.20.5.0/24)"], '10.20.5.7'),
  addressed('AddressIsGateway', '10.20.5.1', ["is the gateway of 'app/Front'"], '10.20.5.2'),
  addressed('AddressInDockerRange', '10.20.5.240', ['reserved for addresses that Docker allocates'], '10.20.5.239'),
  program('AddressNotOurs', told('app/Cam', ['192.168.1.100', 'the DHCP server'], "choose from '192.168.1.192'"), (p, isMended) => {
    const lan = p.lan('Lan', { dhcpRange: { first: '192.168.1.50', last: '192.168.1.150' } });
    p.container('Cam', lan, { ipv4Address: isMended ? '192.168.1.192' : '192.168.1.100' });
    return (s) => s.container('app-cam').networks_advanced[0].ipv4_address === '192.168.1.192';
  }),
  program('AddressTaken', told('app/Two', ["'10.20.5.7'", "the address of 'app/One'"], 'choose another'), (p, isMended) => {
    const segment = p.segment('Front', BLOCK);
    p.container('One', segment, { ipv4Address: '10.20.5.7' });
    p.container('Two', segment, { ipv4Address: isMended ? '10.20.5.8' : '10.20.5.7' });
    return (s) => s.names('docker_container').length === 2;
  }),
  program('BlockOverlap', told('app/Edge', ["'app/Back' (10.20.5.0/25)"], 'Choose blocks that share no address'), (p, isMended) => {
    p.segment('Front', BLOCK);
    p.segment('Back', { ipv4Block: Cidr.parse(isMended ? '10.20.6.0/25' : '10.20.5.0/25') });
    return (s) => s.names('docker_network').length === 2;
  }),
  program(
    'BlockOverlap',
    told('app/Home', "'addressPool' 10.31.0.0/16 contains 10.31.0.6", "such as Cidr.parse('10.20.0.0/16')"),
    (p, isMended) => {
      // prettier-ignore
      const daemon = newDaemon(p.stack, { hostAddress: '10.31.0.6', addressPool: Cidr.parse(isMended ? '10.20.0.0/16' : '10.31.0.0/16') }, 'Home');
      p.segment('Front', { daemon });
      return (s) => s.names('docker_network').length === 1;
    },
  ),
  program(
    'BlockOverlap',
    told('app/Edge', ["'address of the host' (192.0.2.10/32)"], 'Choose blocks that share no address'),
    (p, isMended) => {
      p.segment('Front', { ipv4Block: Cidr.parse(isMended ? '10.20.7.0/24' : '192.0.2.0/24') });
      return (s) => s.names('docker_network').length === 1;
    },
  ),
  program('BlockTooSmall', told('app/Front', 'got /29', 'a segment needs a /28 or larger'), (p, isMended) => {
    const segment = p.segment('Front', { prefixLength: isMended ? 28 : 29 });
    p.container('Web', segment);
    return (s) => s.network('app-front').ipam_config[0].subnet.endsWith('/28');
  }),
  program('PoolExhausted', told('app/Base', "no /24 is free in '10.30.0.0/24'", 'widen the pool'), (p, isMended) => {
    const daemon = newDaemon(p.stack, { addressPool: Cidr.parse(isMended ? '10.30.0.0/23' : '10.30.0.0/24') }, 'Small');
    ['Back', 'Base'].forEach((id) => p.segment(id, { daemon }));
    return (s) => s.network('app-base').ipam_config[0].subnet === '10.30.1.0/24';
  }),
  program('BlockExhausted', told('app/W9', ["'app/Front' (10.20.0.0/28)", 'no free static address'], 'a larger block'), (p, isMended) => {
    const segment = p.segment('Front', { prefixLength: isMended ? 27 : 28 });
    Array.from({ length: 11 }, (_, index) => p.container(`W${index}`, segment));
    return (s) => s.names('docker_container').length === 11;
  }),
  locked('LockOutdated', ["'app/Front'", 'does not exist'], "run 'cdktf synth' outside CI", 'app/Edge', (file, isMended) => {
    if (isMended) synthLocked(file, false);
  }),
  locked('LockMalformed', ['cannot be read'], 'restore it from version control', 'app/Edge', (file, isMended) => {
    synthLocked(file, false);
    const committed = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, '<<<<<<< HEAD');
    if (isMended) fs.writeFileSync(file, committed);
  }),
  locked('LockNotWritten', ['cannot be written: ENOENT'], 'create its folder', 'Book', (file, isMended) => {
    if (isMended) fs.mkdirSync(path.dirname(file));
  }),
  program(
    'UnresolvedValue',
    told('app/Second', ["'hostAddress'", 'got a Terraform reference'], 'pass the literal value'),
    (p, isMended) => {
      const address = new TerraformVariable(p.stack, 'address', { type: 'string' }).stringValue;
      const daemon = newDaemon(p.stack, { hostAddress: isMended ? '192.0.2.20' : address }, 'Second');
      p.container('Web', p.segment('Front', { daemon }));
      return (s) => s.container('app-web') !== undefined;
    },
  ),
  program('BridgeNameInvalid', told('app/Front', "got 'br-front'", "'bridgeName' must be 'bh-' followed by"), (p, isMended) => {
    p.segment('Front', { bridgeName: isMended ? 'bh-front' : 'br-front' });
    return (s) => s.network('app-front').options['com.docker.network.bridge.name'] === 'bh-front';
  }),
  program('BridgeNameTooLong', told('app/Front', "'bh-a-long-name-x' (16)", 'at most 15 characters'), (p, isMended) => {
    p.segment('Front', { bridgeName: isMended ? 'bh-a-long-name' : 'bh-a-long-name-x' });
    return (s) => s.network('app-front').options['com.docker.network.bridge.name'] === 'bh-a-long-name';
  }),
  program('BridgeNameTaken', told('app/Two', ["'bh-x'", "'app/One'"], "give one of them another 'bridgeName'"), (p, isMended) => {
    p.segment('One', { bridgeName: 'bh-x' });
    p.segment('Two', { bridgeName: isMended ? 'bh-y' : 'bh-x' });
    return (s) => s.names('docker_network').length === 2;
  }),
  whole('AddressBookExists', told('Mine', "'BulkheadAddressBook'", 'create your address book before the first daemon'), (isMended) => {
    const app = new App({ outdir: path.join(os.tmpdir(), 'bulkhead-never-written') });
    const make = () => new AddressBook(app, 'Mine', { frozen: true });
    if (isMended) make();
    newDaemon(new TerraformStack(app, 'app'));
    if (!isMended) make();
    return AddressBook.of(app).frozen;
  }),
];
