/** Sounds, for those who want them: one to three strokes, softer or louder. */
let audio: AudioContext | null = null;

export function ring(level: number, severity: number): void {
  if (level <= 0) return;
  audio ??= new AudioContext();
  const strokes = severity >= 4 ? 3 : severity >= 3 ? 2 : 1;
  for (let i = 0; i < strokes; i++) {
    const at = audio.currentTime + i * 0.28;
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = severity >= 3 ? 880 : 620;
    gain.gain.setValueAtTime(0.06 * level, at);
    gain.gain.exponentialRampToValueAtTime(0.0005, at + 0.25);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.26);
  }
}
