-- Why a service is plain HTTP on purpose where it runs; NULL where it is not.
ALTER TABLE service_environments ADD COLUMN plain_http_because TEXT;
