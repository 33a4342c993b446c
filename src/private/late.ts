import { type IResolvable, Lazy } from 'cdktf';

/**
 * A token for text that is known at synth only.
 *
 * Terraform evaluates `${` and `%{` in strings, so they are escaped; and inside a Terraform function the text must be a quoted literal, which
 * cdktf signals by asking for suppressed braces. Files on disk get the raw text, never this token.
 */
export function lateText(produce: () => string): string {
  return Lazy.stringValue({
    produce: (context: any) => {
      const text = escapeTerraform(produce());
      return context?.suppressBraces ? JSON.stringify(text) : text;
    },
  });
}

/** Escapes Terraform's template marks, but leaves cdktf's own tokens alone. */
export function escapeTerraform(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)/g, '$$${').replace(/%\{/g, '%%{');
}

/** A token for an expression over an attribute of a resource: what it is written into decides whether it needs braces of its own. */
export function lateExpression(attribute: IResolvable, write: (attribute: string) => string): string {
  return Lazy.stringValue({
    produce: (context: any) => {
      const isInside = context.suppressBraces;
      context.suppressBraces = true;
      const text = write(String(context.resolve(attribute)));
      context.suppressBraces = isInside;
      return isInside ? text : `\${${text}}`;
    },
  });
}

/** A token for a plain value that cannot hold template marks: an address, a block, a name of ours. */
export function lateValue(produce: () => string): string {
  return Lazy.stringValue({ produce });
}

/** The same where Terraform alone may know the value: then an expression of it stands there. */
export function lateValueOrRead(produce: () => string | undefined, expression: () => string): string {
  return Lazy.stringValue({
    produce: (context: any) => produce() ?? (context?.suppressBraces ? expression() : `\${${expression()}}`),
  });
}
