/** Is told how much of a long piece of work is done. */
export type Step = (done: number, total: number) => void;
