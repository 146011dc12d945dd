/** Which of the shell's windows are open. */
export const shown = $state({ help: false, palette: false, login: false });
