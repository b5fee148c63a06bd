// Shows /openapi.json of the server that this page came from; nothing is asked of anybody else.
window.ui = window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'none',
  persistAuthorization: true,
  validatorUrl: null,
  presets: [window.SwaggerUIBundle.presets.apis],
});
