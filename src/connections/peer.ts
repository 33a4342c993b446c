import { Cidr } from '../addressing/cidr';
import { isAddress, singleBlock } from '../addressing/private/ip';
import { UnscopedValidationError } from '../private/errors';
import { plainText } from '../private/text';
import { brand } from '../private/type-test';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact } from '../topology/private/facts';

/** An end of a flow: a workload, a group of them, a whole segment, a block of addresses, or the host. Made by `Peer` or by constructs of Bulkhead. */
export interface IPeer {
  /** What the peer is, for messages and reports: a construct path, a block, or `host`. */
  readonly peerText: string;

  /**
   * @internal
   */
  readonly _peerFact: PeerFact;

  /**
   * Facts of the daemon that the peer lives on; nothing for blocks and the host.
   *
   * @internal
   */
  readonly _peerDeclarations?: Declarations;
}

/** Peers that are not constructs: blocks of addresses and the host. */
export class Peer {
  /** Every IPv4 address outside: the internet and the LAN. It does not include containers, the host and metadata services of clouds. */
  public static anyIpv4(): IPeer {
    return new BlockPeer(Cidr.parse('0.0.0.0/0'));
  }

  /** Every IPv6 address outside: the internet and the LAN. It does not include containers, the host and metadata services of clouds. */
  public static anyIpv6(): IPeer {
    return new BlockPeer(Cidr.parse('::/0'));
  }

  /**
   * A block of addresses outside, such as `203.0.113.0/24`.
   * @param block canonical IPv4 or IPv6 block; host bits set are refused
   */
  public static cidr(block: string): IPeer {
    return new BlockPeer(Cidr.parse(plainText(undefined, 'block', block)));
  }

  /**
   * One address outside, such as `203.0.113.7`.
   * @param address canonical IPv4 or IPv6 address
   */
  public static address(address: string): IPeer {
    const text = plainText(undefined, 'address', address);
    if (text.includes('/')) {
      throw new UnscopedValidationError('AddressSyntax', `'${text}' is a block, not an address; use Peer.cidr()`);
    }
    if (!isAddress(text)) {
      const why = /^(?=.*[a-z])[a-z0-9_.-]+$/i.test(text)
        ? "is a name, and the rules of a firewall take addresses; use its address, such as Peer.address('203.0.113.7'), or the block of its network with Peer.cidr()"
        : "is not an IPv4 or IPv6 address in canonical form, such as '203.0.113.7'";
      throw new UnscopedValidationError('AddressSyntax', `'${text}' ${why}`);
    }
    return new BlockPeer(Cidr.parse(singleBlock(text)));
  }

  /** The host that the daemon of the other end runs on. Containers reach it at the gateway address of their segment. */
  public static host(): IPeer {
    return new HostPeer();
  }

  private constructor() {}
}

class BlockPeer implements IPeer {
  public readonly peerText: string;
  /** @internal */
  public readonly _peerFact: PeerFact;

  constructor(block: Cidr) {
    this.peerText = block.text;
    this._peerFact = { kind: 'block', block: block.text, family: block.text.includes(':') ? 'ipv6' : 'ipv4' };
    brand(this, 'peer');
  }
}

class HostPeer implements IPeer {
  public readonly peerText = 'host';
  /** @internal */
  public readonly _peerFact: PeerFact = { kind: 'host' };

  constructor() {
    brand(this, 'peer');
  }
}
