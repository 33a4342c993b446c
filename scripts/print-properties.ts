// Prints the names of all properties that users write, out of the types themselves: at run time nothing else knows them.
import * as fs from 'fs';
import * as path from 'path';
import * as ts from 'typescript';

const ROOT = path.resolve(__dirname, '..');
const FILE = path.join(ROOT, 'src/private/properties.generated.ts');

/** The page as it should be. */
function propertiesPage(): string {
  const program = ts.createProgram([path.join(ROOT, 'src/index.ts')], {
    ...ts.getDefaultCompilerOptions(),
    strict: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const index = checker.getSymbolAtLocation(program.getSourceFile(path.join(ROOT, 'src/index.ts'))!)!;
  const structs = checker.getExportsOfModule(index).filter(isStruct);
  const names = new Set(structs.map(({ name }) => name));
  const entries = structs.map((struct) => {
    const properties = checker.getDeclaredTypeOfSymbol(struct).getProperties();
    return [struct.name, properties.map((property) => propertyLine(property, names, checker))] as const;
  });
  const lines = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, properties]) => `  ${name}: {\n${properties.map((line) => `    ${line}\n`).join('')}  },\n`);
  return `// Printed by \`npx tsx scripts/print-properties.ts\` from the types; do not edit.
/* eslint-disable */

/** What is known of a property: its type, whether it is required, the struct that its values are, or that they are objects of a class. */
export interface KnownProperty {
  readonly type: string;
  readonly isRequired?: true;
  readonly struct?: string;
  readonly isClass?: true;
}

/** The properties of all structs of the API. */
export const PROPERTIES = {
${lines.join('')}} as const satisfies Record<string, Record<string, KnownProperty>>;
`;
}

/** What users write, and what they write inside of it; the other structs are answers. */
function isStruct({ name, declarations = [] }: ts.Symbol): boolean {
  return /(Props|Options|Attributes|Settings|Limits|^AddressRange|^Ulimit)$/.test(name) && declarations.some(ts.isInterfaceDeclaration);
}

function propertyLine(property: ts.Symbol, structs: ReadonlySet<string>, checker: ts.TypeChecker): string {
  const isRequired = (property.flags & ts.SymbolFlags.Optional) === 0;
  const type = checker.typeToString(checker.getNonNullableType(checker.getTypeOfSymbol(property)));
  const isClass = isOfClass(checker.getNonNullableType(checker.getTypeOfSymbol(property)), checker);
  const struct = type.replace(/\[\]$/, '');
  const parts = [`type: ${quoted(type)}`, ...(isRequired ? ['isRequired: true'] : []), ...(structs.has(struct) ? [`struct: ${quoted(struct)}`] : []), ...(isClass ? ['isClass: true'] : [])]; // prettier-ignore
  return `${property.name}: { ${parts.join(', ')} },`;
}

/** Whether values, or each of a list of them, are objects of a class. */
function isOfClass(type: ts.Type, checker: ts.TypeChecker): boolean {
  const one = checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference)[0] : type;
  return one.isClass() || (one.symbol?.declarations ?? []).some(ts.isClassDeclaration);
}

function quoted(text: string): string {
  return `'${text}'`;
}

if (require.main === module) {
  const page = propertiesPage();
  // Other steps of the build read the file at the same time.
  if (fs.readFileSync(FILE, 'utf8') !== page) fs.writeFileSync(FILE, page);
}
