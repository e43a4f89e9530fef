# One image for web, worker, beat and the migrate step; docker-compose.yml says which is which.
# No secret is needed to build it and none is in it: everything comes from the environment when it starts.

FROM python:3.13.9-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PATH=/opt/venv/bin:$PATH NUMBA_CACHE_DIR=/srv/compiled
# Pango and HarfBuzz set the PDFs; every font is in the project. libpq5 is here for what the newer one below loads.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
       libpq5 liblz4-1 libzstd1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/liaison

FROM base AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gettext && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN pip install --no-cache-dir --no-compile --no-deps --only-binary :all: --require-hashes --requirement requirements.txt \
    && python -m compileall -q /opt/venv
COPY . .
# Settings that open nothing and are gone with this line: neither step asks a database or needs a secret.
RUN export SECRET_KEY=only-to-build DATABASE_URL=postgresql:///none REDIS_URL=redis://none EMAIL_URL=file:///none \
    && python manage.py compilemessages --verbosity 0 \
    && STATIC_ROOT=/srv/static python manage.py collectstatic --no-input --verbosity 0 --ignore '*.py' \
    && python -m compileall -q . \
    && python -m guests.proposals.compiled

# What makes and restores backups must not be older than the server, so it comes out of the server's own image.
FROM postgres:18-bookworm AS postgres
RUN install -D -t /client/bin /usr/lib/postgresql/18/bin/pg_dump /usr/lib/postgresql/18/bin/pg_restore \
    && install -D -m 0644 -t /client/lib /usr/lib/*-linux-gnu/libpq.so.5

FROM base
RUN useradd --system --uid 10001 --home-dir /srv/liaison --shell /usr/sbin/nologin liaison \
    && install -d -o liaison -g liaison -m 0700 /srv/data /srv/backups
COPY --from=postgres /client /usr/local
RUN ldconfig && pg_dump --version && pg_restore --version
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
COPY --from=build /srv/liaison /srv/liaison
# For the processor it was built on; on another one the first proposal compiles it once more.
COPY --from=build --chown=liaison:liaison /srv/compiled /srv/compiled
ENV STATIC_ROOT=/srv/static DATA_DIR=/srv/data METRICS_DIR=/dev/shm/metrics LOG_FORMAT=json XDG_CACHE_HOME=/tmp/cache
USER liaison
VOLUME /srv/data
EXPOSE 8000
# Any answer below 500 is one: what is asked is whether the process serves, not whether it knows this host.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --start-interval=1s CMD ["python", "-c", "\
import http.client, os, sys; \
host = os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].strip().lstrip('.'); \
web = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); \
web.request('GET', '/healthz', headers={'Host': host}); \
sys.exit(web.getresponse().status >= 500)"]
CMD ["gunicorn", "liaison.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--no-control-socket", \
     "--worker-tmp-dir", "/dev/shm", "--max-requests", "2000", "--max-requests-jitter", "200", \
     "--logger-class", "liaison.weblog.RequestLog"]
