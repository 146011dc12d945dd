import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { keep } from './lib/prefs.svelte';

keep(); // the theme, before anything is drawn
const target = document.getElementById('app');
if (target) mount(App, { target });
