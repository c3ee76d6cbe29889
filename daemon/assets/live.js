// Keeps the part of the page that shows what is under way up to date. Without it the page shows how that stood when it was opened.
"use strict";
{
  const place = document.getElementById("en-vivo");
  // A page that nobody looks at any more must not keep a session alive.
  const longest = 30 * 60 * 1000;
  if (place && window.EventSource) {
    const part = (name) => place.querySelector(`[data-live="${name}"]`);
    const say = (text) => { if (part("aviso").textContent !== text) part("aviso").textContent = text; };
    const source = new EventSource("/respaldos/en-vivo");
    setTimeout(() => {
      source.close();
      say("Esta página dejó de actualizarse sola. Vuelva a abrirla para ver cómo va.");
    }, longest);
    source.addEventListener("estado", (event) => {
      const seen = JSON.parse(event.data);
      place.hidden = false;
      for (const name of ["que", "paso", "hecho", "ritmo", "falta", "discos"]) part(name).textContent = seen[name] || "–";
      part("corrida").href = `/respaldos/corridas/${seen.corrida}`;
      if (seen.parte === null) part("parte").removeAttribute("value");
      else part("parte").value = seen.parte;
      part("titulo").textContent = "En curso";
      say("");
    });
    source.addEventListener("fin", (event) => {
      part("parte").value = 1000;
      part("titulo").textContent = "Terminó";
      part("paso").textContent = "terminada";
      part("hecho").textContent = "–";
      part("falta").textContent = "–";
      say(`La corrida ${event.data} terminó. Vuelva a abrir la página para ver qué guardó.`);
    });
  }
}
