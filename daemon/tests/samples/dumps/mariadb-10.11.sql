/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: portal
-- ------------------------------------------------------
-- Server version	10.11.19-MariaDB-0+deb12u1

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Sequence structure for `folios`
--

DROP SEQUENCE IF EXISTS `folios`;
CREATE SEQUENCE `folios` start with 1 minvalue 1 maxvalue 9223372036854775806 increment by 1 cache 1000 nocycle ENGINE=InnoDB;
DO SETVAL(`folios`, 1, 0);

--
-- Table structure for table `noticias`
--

DROP TABLE IF EXISTS `noticias`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `noticias` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `titulo` varchar(200) DEFAULT NULL COMMENT 'a\nCREATE TABLE `x`',
  `cuerpo` text DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=64 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `noticias`
--

LOCK TABLES `noticias` WRITE;
/*!40000 ALTER TABLE `noticias` DISABLE KEYS */;
INSERT INTO `noticias` VALUES
(1,'Año 1','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n1'),
(2,'Año 2','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n2'),
(3,'Año 3','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n3'),
(4,'Año 4','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n4'),
(5,'Año 5','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n5'),
(6,'Año 6','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n6'),
(7,'Año 7','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n7'),
(8,'Año 8','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n8'),
(9,'Año 9','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n9'),
(10,'Año 10','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n10'),
(11,'Año 11','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n11'),
(12,'Año 12','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n12'),
(13,'Año 13','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n13'),
(14,'Año 14','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n14'),
(15,'Año 15','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n15'),
(16,'Año 16','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n16'),
(17,'Año 17','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n17'),
(18,'Año 18','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n18'),
(19,'Año 19','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n19'),
(20,'Año 20','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n20'),
(21,'Año 21','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n21'),
(22,'Año 22','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n22'),
(23,'Año 23','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n23'),
(24,'Año 24','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n24'),
(25,'Año 25','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n25'),
(26,'Año 26','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n26'),
(27,'Año 27','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n27'),
(28,'Año 28','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n28'),
(29,'Año 29','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n29'),
(30,'Año 30','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n30'),
(31,'Año 31','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n31'),
(32,'Año 32','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n32'),
(33,'Año 33','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n33'),
(34,'Año 34','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n34'),
(35,'Año 35','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n35'),
(36,'Año 36','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n36'),
(37,'Año 37','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n37'),
(38,'Año 38','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n38'),
(39,'Año 39','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n39'),
(40,'Año 40','línea\nCREATE TABLE `falsa` (\n-- Dump completed on 2026-01-01\n40');
/*!40000 ALTER TABLE `noticias` ENABLE KEYS */;
UNLOCK TABLES;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb3 */ ;
/*!50003 SET character_set_results = utf8mb3 */ ;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER t AFTER INSERT ON noticias FOR EACH ROW BEGIN
SET @a = 1;
END 
*/;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Temporary table structure for view `titulares`
--

DROP TABLE IF EXISTS `titulares`;
/*!50001 DROP VIEW IF EXISTS `titulares`*/;
SET @saved_cs_client     = @@character_set_client;
SET character_set_client = utf8mb4;
/*!50001 CREATE VIEW `titulares` AS SELECT
 NULL AS `titulo` */;
SET character_set_client = @saved_cs_client;

--
-- Table structure for table `vacía`
--

DROP TABLE IF EXISTS `vacía`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `vacía` (
  `id` int(11) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `vacía`
--

LOCK TABLES `vacía` WRITE;
/*!40000 ALTER TABLE `vacía` DISABLE KEYS */;
/*!40000 ALTER TABLE `vacía` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Dumping events for database 'portal'
--

--
-- Dumping routines for database 'portal'
--
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION' */ ;
/*!50003 DROP PROCEDURE IF EXISTS `prepara` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb3 */ ;
/*!50003 SET character_set_results = utf8mb3 */ ;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` PROCEDURE `prepara`()
BEGIN
CREATE TABLE `otra` (id INT);
END
;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Final view structure for view `titulares`
--

/*!50001 DROP VIEW IF EXISTS `titulares`*/;
/*!50001 SET @saved_cs_client          = @@character_set_client */;
/*!50001 SET @saved_cs_results         = @@character_set_results */;
/*!50001 SET @saved_col_connection     = @@collation_connection */;
/*!50001 SET character_set_client      = utf8mb3 */;
/*!50001 SET character_set_results     = utf8mb3 */;
/*!50001 SET collation_connection      = utf8mb3_general_ci */;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `titulares` AS select `noticias`.`titulo` AS `titulo` from `noticias` */;
/*!50001 SET character_set_client      = @saved_cs_client */;
/*!50001 SET character_set_results     = @saved_cs_results */;
/*!50001 SET collation_connection      = @saved_col_connection */;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-11-23  1:26:09
