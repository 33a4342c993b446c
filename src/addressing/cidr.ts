import { Token } from 'cdktf';
import { bitsOf, contains, covers, formatAddress, IpBlock, overlaps, parseAddress, parseBlock, sizeOf } from './private/ip';
import { UnscopedValidationError } from '../private/errors';

/** The two address families. */
export enum IpFamily {
  /** 32-bit addresses, such as `10.20.0.5`. */
  IPV4 = 'ipv4',
  /** 128-bit addresses, such as `fd00:20::5`. */
  IPV6 = 'ipv6',
}

/**
 * A block of IPv4 or IPv6 addresses: a network address and the length of its prefix.
 *
 * A block has one spelling only, its canonical form, so equal blocks have equal `text`. Nothing is rounded and nothing is guessed: a block with host
 * bits set is an error that names the block probably meant.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc4632#section-3.1
 */
export class Cidr {
  /**
   * Reads a block from text.
   *
   * IPv4 is four decimal numbers without leading zeros; IPv6 is the form of RFC 5952 (lower case, longest run of zeros shortened). IPv4-mapped IPv6
   * is refused, since the kernel treats it as IPv4.
   *
   * Errors: `CidrSyntax`, `CidrHasHostBits`, and `UnresolvedValue` for a Terraform token or expression.
   *
   * @param text the block, such as `10.20.0.0/16` or `fd00:20::/48`
   * @see https://datatracker.ietf.org/doc/html/rfc5952#section-4
   */
  public static parse(text: string): Cidr {
    refuseToken(text, 'block');
    return new Cidr(parseBlock(text), text);
  }

  /** The block in canonical form, such as `10.20.0.0/16`. */
  public readonly text: string;

  /** The family of its addresses. */
  public readonly family: IpFamily;

  /** Number of leading bits that all addresses of the block share: 0 to 32 for IPv4, 0 to 128 for IPv6. */
  public readonly prefixLength: number;

  /** The lowest address of the block, such as `10.20.0.0`. */
  public readonly networkAddress: string;

  private readonly block: IpBlock;

  private constructor(block: IpBlock, text: string) {
    this.block = block;
    this.text = text;
    this.family = block.family === 'ipv4' ? IpFamily.IPV4 : IpFamily.IPV6;
    this.prefixLength = block.prefixLength;
    this.networkAddress = formatAddress(block.family, block.first);
  }

  /**
   * Whether the block contains the address; it includes its network and broadcast address. Addresses of the other family are never in it.
   *
   * Errors: `AddressSyntax`, and `UnresolvedValue` for a Terraform token or expression.
   *
   * @param address an address in canonical form, such as `10.20.0.5`
   */
  public containsAddress(address: string): boolean {
    refuseToken(address, 'address');
    return contains(this.block, parseAddress(address));
  }

  /**
   * Whether all addresses of the other block are in this one. A block contains itself.
   *
   * @param other the block that may be inside
   */
  public containsBlock(other: Cidr): boolean {
    return covers(this.block, other.block);
  }

  /**
   * Whether the two blocks have an address in common. Of two blocks that do, one contains the other.
   *
   * @param other the block to compare with
   */
  public overlapsWith(other: Cidr): boolean {
    return overlaps(this.block, other.block);
  }

  /**
   * Whether the two blocks hold the same addresses.
   *
   * @param other the block to compare with
   */
  public isSameAs(other: Cidr): boolean {
    return this.text === other.text;
  }

  /**
   * The address at a position in the block: 0 is the network address.
   *
   * Error: `AddressOutsideBlock` when the block has no such position.
   *
   * @param index a whole number from 0 to one less than the number of addresses in the block
   */
  public addressAt(index: number): string {
    if (!Number.isSafeInteger(index) || index < 0 || BigInt(index) >= sizeOf(this.block.family, this.prefixLength)) {
      const bits = bitsOf(this.block.family) - this.prefixLength;
      throw new UnscopedValidationError(
        'AddressOutsideBlock',
        `'${this.text}' has no address at ${index}; give a whole number from 0 to ${bits < 53 ? 2 ** bits - 1 : Number.MAX_SAFE_INTEGER}`,
      );
    }
    return formatAddress(this.block.family, this.block.first + BigInt(index));
  }

  /** Same as `text`. */
  public toString(): string {
    return this.text;
  }
}

function refuseToken(value: string, noun: string): void {
  if (Token.isUnresolved(value)) {
    throw new UnscopedValidationError('UnresolvedValue', `the ${noun} is a Terraform reference ('${value}'); pass the literal text`);
  }
}
